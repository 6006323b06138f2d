package router

import (
	"io"
	"log/slog"
	"testing"
	"time"

	"github.com/asynkron/protoactor-go/actor"
	"github.com/stretchr/testify/require"

	"brood/actors"
	"brood/actors/pool"
	"brood/actors/process"
)

// hall is a router whose members are plain Go actors that do what a test says.
type hall struct {
	t      testing.TB
	system *actor.ActorSystem
	pid    *actor.PID
	client *pool.Client
}

// seat is a member. What the router sends it waits in its channels, which have
// room for more than any test sends.
type seat struct {
	hall    *hall
	pid     *actor.PID
	calls   chan *process.Call
	cancels chan *process.Cancel
	tasks   chan asked
}

// asked is a task that came as a message.
type asked struct {
	*actors.Task
	from *actor.PID
}

func (s *seat) Receive(ctx actor.Context) {
	switch m := ctx.Message().(type) {
	case *process.Call:
		m.Attempts++
		s.calls <- m
	case *process.Cancel:
		s.cancels <- m
	case *actors.Task:
		s.tasks <- asked{m, ctx.Sender()}
	}
}

func newSystem() *actor.ActorSystem {
	return actor.NewActorSystem(actor.WithLoggerFactory(func(*actor.ActorSystem) *slog.Logger {
		return slog.New(slog.NewTextHandler(io.Discard, nil))
	}))
}

// open starts a router without members.
func open(t testing.TB, spec Spec) *hall {
	t.Helper()
	spec.Name = "hall"
	props, err := spec.Props()
	require.NoError(t, err)
	// As in the runtime, one that panics is stopped.
	props = props.Clone(actor.WithGuardian(actor.NewOneForOneStrategy(0, 0, func(any) actor.Directive { return actor.StopDirective })))
	system := newSystem()
	h := &hall{t: t, system: system, pid: system.Root.Spawn(props)}
	h.client = pool.NewClient(system, h.pid, spec.Name, nil)
	t.Cleanup(func() { h.end(h.pid) })
	return h
}

// end stops an actor and waits for that.
func (h *hall) end(pid *actor.PID) {
	require.NoError(h.t, h.system.Root.StopFuture(pid).Wait())
}

func (h *hall) send(message any) { h.system.Root.Send(h.pid, message) }

// seat starts an actor that takes calls, or else tasks, and makes it a member.
func (h *hall) seat(calls bool, prefetch int) *seat {
	s := &seat{hall: h, calls: make(chan *process.Call, 1<<12), cancels: make(chan *process.Cancel, 1<<12),
		tasks: make(chan asked, 1<<12)}
	s.pid = h.system.Root.Spawn(actor.PropsFromProducer(func() actor.Actor { return s }))
	h.t.Cleanup(func() { h.end(s.pid) })
	h.send(&Join{Member{PID: s.pid, Calls: calls, Prefetch: prefetch}})
	return s
}

// die ends the member's actor and waits until the router knows.
func (s *seat) die() {
	before := len(s.hall.stats().Members)
	s.hall.end(s.pid)
	require.Eventually(s.hall.t, func() bool { return len(s.hall.stats().Members) < before }, 20*time.Second, time.Millisecond/10)
}

// holds waits for a call with this payload.
func (s *seat) holds(payload string) *process.Call {
	s.hall.t.Helper()
	call := receive(s.hall.t, s.calls)
	require.Equal(s.hall.t, payload, string(call.Task.Payload))
	return call
}

// answer answers a call.
func (s *seat) answer(call *process.Call, payload string) {
	call.Answer(s.hall.system, actors.Result{Payload: []byte(payload), Worker: 100})
}

// refuse gives a call back that never reached a child.
func (s *seat) refuse(call *process.Call, err error) {
	call.Attempts--
	call.Answer(s.hall.system, actors.Result{Err: err})
}

// reply answers a task.
func (s *seat) reply(task asked, payload string) {
	s.hall.system.Root.Send(task.from, &actors.Result{Payload: []byte(payload), Attempts: 1, Tag: task.Tag})
}

// submit sends a task as a client does and returns its call.
func (h *hall) submit(task actors.Task) *process.Call {
	call := &process.Call{Task: task, Done: make(chan actors.Result, 1)}
	h.send(call)
	return call
}

func (h *hall) stats() Stats {
	reply := make(chan Stats, 1)
	h.send(&Inspect{Reply: reply})
	return receive(h.t, reply)
}

func (h *hall) drain() <-chan struct{} {
	done := make(chan struct{}, 1)
	h.send(&Drain{Done: done})
	return done
}

func task(payload string) actors.Task { return actors.Task{Payload: []byte(payload)} }

func repeatable(payload string) actors.Task {
	return actors.Task{Payload: []byte(payload), Repeatable: true}
}

// receive waits for something that must come.
func receive[T any](t testing.TB, c <-chan T) T {
	t.Helper()
	select {
	case v := <-c:
		return v
	case <-time.After(20 * time.Second):
		var none T
		require.FailNow(t, "waited in vain")
		return none
	}
}
