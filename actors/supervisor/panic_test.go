package supervisor_test

import (
	"testing"
	"time"

	"github.com/asynkron/protoactor-go/actor"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"brood/actors"
	"brood/actors/supervisor"
)

// panicsAt returns a behaviour that panics when it gets an M.
func panicsAt[M any](f *fake, ctx actor.Context) bool {
	if _, ok := ctx.Message().(M); ok {
		f.journal.add("%s panics", f.name)
		panic("again")
	}
	return false
}

func TestPanickedActorIsStoppedAndAFreshOneFollows(t *testing.T) {
	bubble(t, func(s *scene) {
		s.start(supervisor.Spec{Children: s.children("a", "b")})
		pid := s.child("a")
		s.journal.take()
		s.send("a", "boom")
		s.pass(time.Second)
		assert.Equal(t, []string{
			"a actor stopping", "event a restarting 1: panic: panic: boom",
			"a start 1", "event a started", // its first: it is another actor
		}, s.journal.take())
		s.system.Root.Send(pid, exit(crash))
		s.pass(0)
		assert.Equal(t, "event a ended: exit code 3", last(s.journal.take(), "event a"), "by the old PID; one failure too many")
	})
}

func TestExitOfAPanic(t *testing.T) {
	bubble(t, func(s *scene) {
		var got actors.Exit
		s.start(supervisor.Spec{Children: s.children("a"), OnEvent: func(event supervisor.Event) {
			if e, ok := event.(supervisor.Restarting); ok {
				got = e.Exit
			}
		}})
		s.send("a", "boom")
		assert.EqualError(t, got.Err, "panic: boom")
		got.Err = nil
		assert.Equal(t, actors.Exit{Reason: actors.ReasonPanic, Code: -1}, got)
		require.NoError(t, s.stop())
	})
}

func TestPanicAfterADownIsNoSecondFailure(t *testing.T) {
	bubble(t, func(s *scene) {
		s.start(supervisor.Spec{Children: s.children("a")})
		s.send("a", crash)
		s.send("a", "boom")
		s.pass(time.Second)
		assert.Equal(t, []string{
			"a start 1", "event a started", "event a restarting 1: exit code 3", "a actor stopping", "a start 1", "event a started",
		}, s.journal.take())
		require.NoError(t, s.stop())
	})
}

// Killing its tree, an actor may report the end of its child before its own.
func TestDownOfAPanickedActorIsThePanic(t *testing.T) {
	bubble(t, func(s *scene) {
		s.start(supervisor.Spec{Children: []supervisor.Child{{ID: "a", Props: s.fake("a", func(f *fake, ctx actor.Context) bool {
			if _, ok := ctx.Message().(*actor.Stopping); ok {
				f.end(ctx, exit{Reason: actors.ReasonStopped, PID: 7, Code: 9})
			}
			return false
		})}}})
		s.send("a", "boom")
		s.pass(time.Second)
		lines := s.journal.take()
		assert.Equal(t, "event a restarting 1: exit code 9 (panic: panic: boom)", last(lines, "event a restarting"))
		assert.Equal(t, "a start 1", last(lines, "a start"))
		require.NoError(t, s.stop())
	})
}

func TestActorThatPanicsWhileStoppingIsLeftBehind(t *testing.T) {
	for name, behaviour := range map[string]func(*fake, actor.Context) bool{
		"Stopping": panicsAt[*actor.Stopping],
		"Stopped":  panicsAt[*actor.Stopped],
	} {
		t.Run(name, func(t *testing.T) {
			bubble(t, func(s *scene) {
				spec := often
				spec.Children = []supervisor.Child{{ID: "a", Props: s.fake("a", behaviour)}}
				s.start(spec)
				s.send("a", "boom")
				s.pass(time.Second)
				lines := s.journal.take()
				assert.Equal(t, "event a restarting 1: panic: panic: boom", last(lines, "event a restarting"), "the first panic tells")
				assert.Equal(t, "event a started", last(lines, "event a"))
				s.send("a~1", "boom")
				s.pass(time.Second)
				assert.Equal(t, "event a started", last(s.journal.take(), "event a"), "a third one under a third name")
				require.NoError(t, s.stop(), "after its answer to Stop, the actor's own end does not matter")
				assert.Equal(t, "event over: <nil>", last(s.journal.take(), "event"))
			})
		})
	}
}

// With an actor below it, an actor panics in Stopped while it handles that
// one's end, and not while it handles Stop.
func TestActorThatNeverEndsAfterItsPanicIsLeftBehind(t *testing.T) {
	bubble(t, func(s *scene) {
		s.start(supervisor.Spec{Children: []supervisor.Child{{ID: "a", Props: s.fake("a", func(f *fake, ctx actor.Context) bool {
			if _, ok := ctx.Message().(*actors.Start); ok {
				ctx.Spawn(actor.PropsFromFunc(func(actor.Context) {}))
			}
			return panicsAt[*actor.Stopped](f, ctx)
		})}}})
		s.send("a", "boom")
		s.pass(5*time.Second - 1)
		assert.Zero(t, s.journal.count("event a restarting 1: panic: panic: boom"))
		s.pass(time.Second)
		assert.Equal(t, "event a started", last(s.journal.take(), "event a"))
		answer := s.ask(0)
		s.pass(5 * time.Second)
		assert.EqualError(t, s.answered(answer), "child a: its actor does not end")
	})
}

func TestActorThatPanicsAtEveryStartIsGivenUp(t *testing.T) {
	for name, behaviour := range map[string]func(*fake, actor.Context) bool{
		"of the actor": panicsAt[*actor.Started],
		"of the child": panicsAt[*actors.Start],
	} {
		t.Run(name, func(t *testing.T) {
			bubble(t, func(s *scene) {
				s.start(supervisor.Spec{Intensity: 3, Period: time.Minute, Children: []supervisor.Child{{ID: "a", Props: s.fake("a", behaviour), Patient: true}}})
				s.pass(time.Second)
				assert.Equal(t, 4, s.journal.count("a panics"))
				assert.Contains(t, last(s.journal.take(), "event over: "), "panic: again")
			})
		})
	}
}

func TestPanicDuringStopIsReported(t *testing.T) {
	bubble(t, func(s *scene) {
		spec := supervisor.Spec{Children: append(s.children("a"), supervisor.Child{ID: "b", Props: s.fake("b", panicsAt[*actors.Stop])})}
		s.start(spec)
		s.journal.take()
		assert.EqualError(t, s.stop(), "child b: panic: again")
		assert.Equal(t, []string{
			"b panics", "b actor stopping", "event b ended: panic: panic: again",
			"a stop 0s", "event a ended: exit code 0 (stopped)", "a actor stopping",
			"event over: child b: panic: again",
		}, s.journal.take())
	})
}

func TestPlainStopWithAPanicInItEnds(t *testing.T) {
	bubble(t, func(s *scene) {
		s.start(supervisor.Spec{Children: []supervisor.Child{{ID: "a", Props: s.fake("a", panicsAt[*actor.Stopping])}}})
		s.system.Root.Stop(s.sup)
		s.pass(0)
		assert.Equal(t, []string{"event a ended: panic: panic: again", "event over: <nil>"}, s.journal.take()[3:])
	})
}

func TestPlainStopOfABlockedChildEnds(t *testing.T) {
	bubble(t, func(s *scene) {
		release := make(chan struct{})
		s.start(supervisor.Spec{Children: []supervisor.Child{{ID: "a", Props: s.fake("a", func(_ *fake, ctx actor.Context) bool {
			if _, ok := ctx.Message().(*actors.Start); ok {
				<-release
			}
			return false
		})}}})
		s.system.Root.Stop(s.sup)
		s.pass(5*time.Second - 1)
		assert.Empty(t, s.journal.take())
		s.pass(1)
		assert.Equal(t, []string{"event a ended: stopped", "event over: actor sup/a does not end"}, s.journal.take())
		close(release)
	})
}

func TestActorStoppedByOthersHasEndedForGood(t *testing.T) {
	bubble(t, func(s *scene) {
		s.start(supervisor.Spec{Children: s.children("a")})
		s.system.Root.Stop(s.child("a"))
		s.pass(time.Hour)
		assert.Equal(t, []string{"a start 1", "event a started", "a actor stopping", "event a ended: stopped"}, s.journal.take())
		require.NoError(t, s.stop())
	})
}
