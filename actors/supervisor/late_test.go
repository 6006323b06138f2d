package supervisor_test

import (
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/asynkron/protoactor-go/actor"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"brood/actors"
	"brood/actors/supervisor"
)

// held returns an OnEvent that keeps the supervisor in its turn at the first
// event of type E about id, so that messages pile up behind it, until let go.
func held[E any](s *scene, id string) (onEvent func(supervisor.Event), letGo func()) {
	gate, done := make(chan struct{}), false
	return func(event supervisor.Event) {
			s.note(event)
			about, ok := event.(E)
			if ok && !done && idOf(about) == id {
				done = true
				<-gate
			}
		}, func() {
			close(gate)
			synctest.Wait()
		}
}

func idOf(event supervisor.Event) string {
	switch e := event.(type) {
	case supervisor.Restarting:
		return e.ID
	case supervisor.ChildEnded:
		return e.ID
	}
	return ""
}

func TestBackoffThatEndsWithAStopStartsNothing(t *testing.T) {
	bubble(t, func(s *scene) {
		onEvent, letGo := held[supervisor.Restarting](s, "b")
		spec := often
		spec.OnEvent = onEvent
		spec.Children = append(s.children("a", "b"), supervisor.Child{ID: "c", Props: s.fake("c", deaf)})
		s.start(spec)
		s.send("a", crash)
		s.send("b", crash)
		patient := s.ask(0)
		s.pass(time.Second) // a's backoff ends, behind the Stop
		letGo()
		s.pass(time.Second) // b's would end
		assert.Zero(t, s.journal.count("a start 2"))
		assert.Zero(t, s.journal.count("b start 2"))
		s.ask(-1)
		require.NoError(t, s.answered(patient))
	})
}

func TestAnswerThatIsOvertakenByItsDeadlineCounts(t *testing.T) {
	bubble(t, func(s *scene) {
		onEvent, letGo := held[supervisor.ChildEnded](s, "b")
		spec := supervisor.Spec{Children: append(s.children("a"), supervisor.Child{ID: "b", Props: s.fake("b", nil), Grace: -1})}
		spec.OnEvent = onEvent
		s.start(spec)
		answer := s.ask(0) // b's Down holds the supervisor; its Stopped waits
		s.pass(time.Minute)
		letGo()
		require.NoError(t, s.answered(answer))
		assert.Equal(t, 1, s.journal.count("a stop 0s"))
	})
}

func TestActorThatEndsWhenItIsLeftBehindEndsOnce(t *testing.T) {
	bubble(t, func(s *scene) {
		onEvent, letGo := held[supervisor.ChildEnded](s, "a")
		release := make(chan struct{})
		spec := supervisor.Spec{Children: s.children("a"), OnEvent: onEvent}
		spec.Children = append(spec.Children, supervisor.Child{ID: "b", Grace: -1, Props: s.fake("b", func(f *fake, ctx actor.Context) bool {
			if _, ok := ctx.Message().(*actor.Stopping); ok {
				<-release
			}
			return stoneDeaf(f, ctx)
		})})
		s.start(spec)
		answer := s.ask(0)
		s.pass(16 * time.Second) // b's actor is being stopped
		s.send("a", crash)       // which holds the supervisor
		close(release)           // b's actor ends
		s.pass(time.Minute)      // and its deadline passes
		letGo()
		assert.Error(t, s.answered(answer))
		assert.Equal(t, 1, s.journal.count("a actor stopping"))
		assert.NotEmpty(t, last(s.journal.take(), "event over"))
	})
}

// Each Stop but the last has another one follow it, close behind.
func TestStopsThatFollowEachOtherToTheEndAreAnswered(t *testing.T) {
	bubble(t, func(s *scene) {
		props, err := supervisor.Props(supervisor.Spec{Children: s.children("a")})
		require.NoError(t, err)
		answers := make(chan *actors.Stopped, 10)
		asker := s.system.Root.Spawn(actor.PropsFromFunc(func(ctx actor.Context) {
			if msg, ok := ctx.Message().(*actors.Stopped); ok {
				answers <- msg
			}
		}))
		asked := 0
		s.sup = s.system.Root.Spawn(props.Configure(actor.WithReceiverMiddleware(func(next actor.ReceiverFunc) actor.ReceiverFunc {
			return func(ctx actor.ReceiverContext, msg *actor.MessageEnvelope) {
				_, stop := msg.Message.(*actors.Stop)
				begun := fmt.Sprintf("%T", msg.Message) == "*supervisor.gone" // the last child's
				if begun || (stop && asked > 0 && asked < cap(answers)) {
					asked++
					s.system.Root.RequestWithCustomSender(s.sup, &actors.Stop{}, asker)
				}
				next(ctx, msg)
			}
		})))
		require.NoError(t, s.stop())
		assert.Equal(t, cap(answers), asked)
		assert.Len(t, answers, asked)
	})
}

func TestWordsOutOfPlaceChangeNothing(t *testing.T) {
	bubble(t, func(s *scene) {
		s.start(supervisor.Spec{Period: time.Hour, Intensity: 1, Children: s.children("a")})
		a, stranger := s.child("a"), actor.NewPID(s.system.Address(), "stranger")
		for _, msg := range []any{
			&actors.Started{Who: a, Incarnation: 1}, &actors.Started{Who: stranger}, &actors.Started{},
			&actors.Ready{Who: a}, &actors.Start{}, &actors.Stopped{Who: a}, &actors.Stopped{},
			&actors.Down{Who: stranger}, &actors.Down{}, &actor.Terminated{Who: stranger}, "nonsense",
		} {
			s.system.Root.Send(s.sup, msg)
		}
		s.send("a", crash)
		down := &actors.Down{Who: a, Incarnation: 1, Exit: actors.Exit(crash)}
		s.system.Root.Send(s.sup, down)
		s.system.Root.Send(s.sup, &actors.Started{Who: a, Incarnation: 1})
		s.pass(time.Second)
		assert.Equal(t, []string{
			"a start 1", "event a started", "event a restarting 1: exit code 3", "a start 2", "event a started",
		}, s.journal.take())
		require.NoError(t, s.stop())
		s.journal.take()
	})
}

func TestNoTimerIsLeftBehind(t *testing.T) {
	for name, end := range map[string]func(*scene){
		"Stop":        func(s *scene) { s.ask(0) },
		"as an actor": func(s *scene) { s.system.Root.Stop(s.sup) },
	} {
		t.Run(name, func(t *testing.T) {
			bubble(t, func(s *scene) {
				spec := often
				spec.Children = s.children("a", "b")
				s.start(spec)
				s.send("a", crash)
				end(s)
				synctest.Wait()
				s.system.EventStream.Subscribe(func(event any) {
					if letter, ok := event.(*actor.DeadLetterEvent); ok {
						s.journal.add("dead letter %T", letter.Message)
					}
				})
				s.journal.take()
				s.pass(time.Hour)
				assert.Empty(t, s.journal.take())
				s.system.Root.Send(s.sup, "control")
				assert.Equal(t, []string{"dead letter string"}, s.journal.take())
			})
		})
	}
}

// protoactor restarts an actor that panics itself in place.
func TestPanicInOnEventBeginsAnew(t *testing.T) {
	bubble(t, func(s *scene) {
		panicked := false
		s.start(supervisor.Spec{Children: s.children("a", "b"), OnEvent: func(event supervisor.Event) {
			s.note(event)
			if _, ok := event.(supervisor.Restarting); ok && !panicked {
				panicked = true
				panic("in OnEvent")
			}
		}})
		s.send("a", crash)
		s.pass(time.Second)
		assert.Equal(t, 2, s.journal.count("a start 1"))
		assert.Equal(t, 2, s.journal.count("b start 1"))
		s.send("a", crash)
		s.pass(time.Second)
		assert.Equal(t, 1, s.journal.count("a start 2"))
		require.NoError(t, s.stop())
		assert.Equal(t, 1, s.journal.count("event over: <nil>"))
	})
}
