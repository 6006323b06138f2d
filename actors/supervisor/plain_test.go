package supervisor_test

import (
	"testing"
	"time"

	"github.com/asynkron/protoactor-go/actor"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"brood/actors/supervisor"
)

// plain returns a child that knows nothing of the words. It ends itself when it is
// told "end", panics at any other string, and takes a moment over a number.
func (s *scene) plain(id string, restart supervisor.Restart) supervisor.Child {
	props := actor.PropsFromFunc(func(ctx actor.Context) {
		switch msg := ctx.Message().(type) {
		case *actor.Started:
			s.journal.add("%s begins", id)
		case *actor.Stopped:
			s.journal.add("%s is over", id)
		case time.Duration:
			time.Sleep(msg)
			s.journal.add("%s has worked", id)
		case string:
			if msg != "end" {
				panic(msg)
			}
			ctx.Stop(ctx.Self())
		}
	})
	return supervisor.Child{ID: id, Props: props, Plain: true, Restart: restart}
}

func TestPlainActorThatEndsHasSucceeded(t *testing.T) {
	for restart, want := range map[supervisor.Restart][]string{
		supervisor.Permanent: {"a is over", "event a restarting 1: exited", "a begins", "event a started"},
		supervisor.Transient: {"a is over", "event a ended: exited"},
		supervisor.Temporary: {"a is over", "event a ended: exited"},
	} {
		t.Run(restart.String(), func(t *testing.T) {
			bubble(t, func(s *scene) {
				s.start(supervisor.Spec{Children: []supervisor.Child{s.plain("a", restart)}})
				assert.ElementsMatch(t, []string{"a begins", "event a started"}, s.journal.take())
				s.send("a", "end")
				s.pass(time.Second)
				assert.ElementsMatch(t, want, s.journal.take())
				require.NoError(t, s.stop())
			})
		})
	}
}

func TestPlainActorThatPanicsHasFailed(t *testing.T) {
	bubble(t, func(s *scene) {
		s.start(supervisor.Spec{Children: []supervisor.Child{
			s.plain("a", supervisor.Transient), s.plain("b", supervisor.Temporary),
		}})
		s.journal.take()
		s.send("a", "boom")
		s.send("b", "boom")
		s.pass(time.Second)
		lines := s.journal.take()
		assert.Equal(t, "event a restarting 1: panic: panic: boom", last(lines, "event a restarting"))
		assert.Equal(t, "event a started", last(lines, "event a"))
		assert.Equal(t, "event b ended: panic: panic: boom", last(lines, "event b"))
		s.send("a", "boom")
		assert.Contains(t, last(s.journal.take(), "event over"), "gave up")
	})
}

func TestPlainActorIsStoppedBehindItsMessages(t *testing.T) {
	for name, c := range map[string]struct {
		grace time.Duration
		works bool
	}{
		"with grace": {time.Minute, true},
		"its own":    {0, true},
		"at once":    {-1, false},
	} {
		t.Run(name, func(t *testing.T) {
			bubble(t, func(s *scene) {
				child := s.plain("a", supervisor.Permanent)
				child.Grace = c.grace
				s.start(supervisor.Spec{Children: []supervisor.Child{child}})
				s.send("a", time.Second) // it is busy with that
				s.send("a", time.Second) // and this is in its mailbox
				answer := s.ask(0)
				s.pass(2 * time.Second)
				require.NoError(t, s.answered(answer))
				want := 1
				if c.works {
					want = 2
				}
				assert.Equal(t, want, s.journal.count("a has worked"))
				assert.Equal(t, "event a ended: stopped", last(s.journal.take(), "event a"))
			})
		})
	}
}

func TestPlainActorThatIsBusyBeyondItsGraceIsEnded(t *testing.T) {
	bubble(t, func(s *scene) {
		child := s.plain("a", supervisor.Permanent)
		child.Grace = time.Second
		s.start(supervisor.Spec{Children: []supervisor.Child{child}})
		for range 4 {
			s.system.Root.Send(s.child("a"), 10*time.Second)
		}
		answer := s.ask(0)
		s.pass(20*time.Second - 1)
		assert.Empty(t, answer)
		s.pass(1)
		assert.EqualError(t, s.answered(answer), "child a: no answer to Stop, its actor is stopped")
		assert.Equal(t, 2, s.journal.count("a has worked"), "the rest of its mailbox is dropped")
	})
}

func TestPlainActorsAreStoppedAndStartedByCalls(t *testing.T) {
	bubble(t, func(s *scene) {
		s.start(supervisor.Spec{Children: []supervisor.Child{s.plain("a", supervisor.Permanent)}})
		require.NoError(t, s.call(supervisor.StopChild{ID: "a"}).Err)
		assert.Equal(t, []string{"a stopped 0"}, s.states())
		require.NoError(t, s.call(supervisor.StartChild{ID: "a"}).Err)
		assert.Equal(t, []string{"a running 1"}, s.states())
		require.NoError(t, s.call(supervisor.StopChild{ID: "a"}).Err)
		require.NoError(t, s.call(supervisor.RemoveChild{ID: "a"}).Err)
		assert.Empty(t, s.states())
		assert.Equal(t, 2, s.journal.count("a begins"))
		assert.Equal(t, 2, s.journal.count("a is over"))
		require.NoError(t, s.stop())
	})
}
