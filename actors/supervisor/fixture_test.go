package supervisor_test

import (
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/asynkron/protoactor-go/actor"
	"github.com/stretchr/testify/require"

	"brood/actors"
	"brood/actors/supervisor"
)

// journal is what happened, in order.
type journal struct {
	mu    sync.Mutex
	lines []string
}

func (j *journal) add(format string, args ...any) {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.lines = append(j.lines, fmt.Sprintf(format, args...))
}

// take returns what happened since the last time.
func (j *journal) take() []string {
	j.mu.Lock()
	defer j.mu.Unlock()
	lines := j.lines
	j.lines = nil
	return lines
}

// count returns how often line has happened since the last take.
func (j *journal) count(line string) int {
	j.mu.Lock()
	defer j.mu.Unlock()
	return len(slices.DeleteFunc(slices.Clone(j.lines), func(l string) bool { return l != line }))
}

// exit makes a fake's incarnation end; a fake gets it as a message.
type exit actors.Exit

var (
	crash   = exit{Reason: actors.ReasonExited, PID: 1, Code: 3}
	success = exit{Reason: actors.ReasonExited, PID: 1}
	asked   = exit{Reason: actors.ReasonStopped, PID: 1}
)

// fake is a child that speaks the words and owns nothing.
type fake struct {
	name        string
	journal     *journal
	incarnation uint32
	up          bool
	// on, if not nil, sees each message first; true: it was dealt with.
	on func(f *fake, ctx actor.Context) bool
}

func (f *fake) Receive(ctx actor.Context) {
	if f.on != nil && f.on(f, ctx) {
		return
	}
	switch msg := ctx.Message().(type) {
	case *actors.Start:
		f.incarnation++
		f.up = true
		f.journal.add("%s start %d", f.name, f.incarnation)
		ctx.Send(ctx.Parent(), &actors.Started{Who: ctx.Self(), Incarnation: f.incarnation})
		ctx.Send(ctx.Parent(), &actors.Ready{Who: ctx.Self(), Incarnation: f.incarnation})
	case *actors.Stop:
		f.journal.add("%s stop %s", f.name, msg.Grace)
		f.end(ctx, asked)
		ctx.Respond(&actors.Stopped{Who: ctx.Self()})
	case exit:
		f.end(ctx, msg)
	case string:
		panic(msg)
	case *actor.Stopping:
		f.journal.add("%s actor stopping", f.name)
	}
}

func (f *fake) end(ctx actor.Context, e exit) {
	if f.up {
		f.up = false
		ctx.Send(ctx.Parent(), &actors.Down{Who: ctx.Self(), Incarnation: f.incarnation, Exit: actors.Exit(e)})
	}
}

// scene is one supervisor named "sup", in an actor system of its own.
type scene struct {
	t       *testing.T
	system  *actor.ActorSystem
	journal *journal
	sup     *actor.PID
}

// bubble runs play on a fake clock.
func bubble(t *testing.T, play func(s *scene)) {
	synctest.Test(t, func(t *testing.T) {
		play(&scene{t: t, system: quietSystem(), journal: &journal{}})
		// After a dead letter protoactor keeps a goroutine for a second, and the
		// clock stands still when this function returns.
		time.Sleep(2 * time.Second)
	})
}

// quietSystem returns an actor system that logs nothing.
func quietSystem() *actor.ActorSystem {
	return actor.NewActorSystem(actor.WithLoggerFactory(func(*actor.ActorSystem) *slog.Logger {
		return slog.New(slog.DiscardHandler)
	}))
}

// fake returns the props of a fake.
func (s *scene) fake(name string, on func(*fake, actor.Context) bool) *actor.Props {
	return actor.PropsFromProducer(func() actor.Actor { return &fake{name: name, journal: s.journal, on: on} })
}

// children returns a fake for each id.
func (s *scene) children(ids ...string) []supervisor.Child {
	all := make([]supervisor.Child, 0, len(ids))
	for _, id := range ids {
		all = append(all, supervisor.Child{ID: id, Props: s.fake(id, nil)})
	}
	return all
}

// start spawns the supervisor and lets it come to rest. Its events go into the
// journal, unless the spec says otherwise.
func (s *scene) start(spec supervisor.Spec) {
	spec.Name = "test"
	if spec.OnEvent == nil {
		spec.OnEvent = s.note
	}
	props, err := supervisor.Props(spec)
	require.NoError(s.t, err)
	s.sup, err = s.system.Root.SpawnNamed(props, "sup")
	require.NoError(s.t, err)
	synctest.Wait()
}

func (s *scene) note(event supervisor.Event) {
	switch e := event.(type) {
	case supervisor.ChildStarted:
		s.journal.add("event %s started", e.ID)
	case supervisor.ChildEnded:
		s.journal.add("event %s ended: %s", e.ID, e.Exit)
	case supervisor.Restarting:
		s.journal.add("event %s restarting %d: %s", e.ID, e.Attempt, e.Exit)
	case supervisor.GaveUp:
		s.journal.add("event gave up: %v", e.Err)
	case supervisor.Ended:
		s.journal.add("event over: %v", e.Err)
	}
}

// child returns the PID of a child of sup.
func (s *scene) child(name string) *actor.PID { return actor.NewPID(s.system.Address(), "sup/"+name) }

// send sends msg to a child and lets everything come to rest.
func (s *scene) send(name string, msg any) {
	s.system.Root.Send(s.child(name), msg)
	synctest.Wait()
}

// pass lets time go by, and everything come to rest.
func (s *scene) pass(d time.Duration) {
	time.Sleep(d)
	synctest.Wait()
}

// ask sends Stop and returns where the answer will be.
func (s *scene) ask(grace time.Duration) <-chan *actors.Stopped {
	answer := make(chan *actors.Stopped, 1)
	asker := s.system.Root.Spawn(actor.PropsFromFunc(func(ctx actor.Context) {
		if stopped, ok := ctx.Message().(*actors.Stopped); ok {
			answer <- stopped
		}
	}))
	s.system.Root.RequestWithCustomSender(s.sup, &actors.Stop{Grace: grace}, asker)
	synctest.Wait()
	return answer
}

// stop stops the supervisor and returns its answer's error. It must come
// without time passing.
func (s *scene) stop() error {
	s.t.Helper()
	return s.answered(s.ask(0))
}

// answered returns the error of an answer that must be there.
func (s *scene) answered(answer <-chan *actors.Stopped) error {
	s.t.Helper()
	select {
	case stopped := <-answer:
		require.True(s.t, stopped.Who.Equal(s.sup), "Stopped.Who")
		return stopped.Err
	default:
		require.Fail(s.t, "Stop is not answered")
		return nil
	}
}

// listener spawns an actor that notes what a supervisor tells the outside.
func (s *scene) listener(name string) *actor.PID {
	return s.system.Root.Spawn(actor.PropsFromFunc(func(ctx actor.Context) { s.hear(name, ctx.Message()) }))
}

func (s *scene) hear(name string, msg any) {
	switch msg := msg.(type) {
	case *actors.GaveUp:
		s.journal.add("%s hears: gave up: %v", name, msg.Err)
	case *actors.Down:
		s.journal.add("%s hears: down %d: %s", name, msg.Incarnation, msg.Exit)
	}
}
