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

// A name whose actor was left behind is not given to another one: when that actor
// ends after all, protoactor takes the name out of its registry.
func TestNameOfWhoWasLeftBehindIsNotUsedByWhoIsAddedLater(t *testing.T) {
	bubble(t, func(s *scene) {
		release := make(chan struct{})
		s.start(supervisor.Spec{})
		blocks := supervisor.Child{Restart: supervisor.Temporary, Grace: -1, Props: s.fake("old", func(_ *fake, ctx actor.Context) bool {
			if _, ok := ctx.Message().(*actors.Stop); ok {
				<-release
			}
			return false
		})}
		require.NoError(t, s.call(supervisor.AddChild{ID: "a", Child: blocks}).Err)
		stopped := s.request(supervisor.StopChild{ID: "a"})
		s.pass(20 * time.Second)
		require.NoError(t, (<-stopped).Err)
		added := s.call(supervisor.AddChild{ID: "a", Child: supervisor.Child{Props: s.fake("new", nil)}})
		require.NoError(t, added.Err)
		close(release) // the old actor ends after all
		s.pass(time.Second)
		s.journal.take()
		s.system.Root.Send(added.PID, exit(crash))
		s.pass(time.Second)
		assert.Equal(t, []string{"event a restarting 1: exit code 3", "new start 2", "event a started"}, s.journal.take())
		assert.Error(t, s.stop(), "what could not be ended is told")
	})
}

// Its pause ends while the actor that panicked in it is still there.
func TestActorThatPanicsInItsPauseAndDoesNotEndIsLeftBehind(t *testing.T) {
	bubble(t, func(s *scene) {
		release := make(chan struct{})
		s.start(supervisor.Spec{Children: []supervisor.Child{{ID: "a", Props: s.fake("a", func(_ *fake, ctx actor.Context) bool {
			if _, ok := ctx.Message().(*actor.Stopping); ok {
				<-release
			}
			return false
		})}}})
		s.send("a", crash)
		s.send("a", "boom")
		s.pass(5 * time.Second)
		assert.Equal(t, []string{"a starting 1"}, s.states())
		s.pass(time.Second)
		assert.Equal(t, []string{"a running 1"}, s.states())
		assert.Equal(t, 2, s.journal.count("a start 1"))
		close(release)
		s.pass(time.Second)
		require.NoError(t, s.stop())
	})
}

// One child can be trouble for as long as its supervisor lives.
func TestProblemsAreToldUpToABound(t *testing.T) {
	bubble(t, func(s *scene) {
		trouble := func(f *fake, ctx actor.Context) bool {
			if _, ok := ctx.Message().(*actors.Stop); !ok {
				return false
			}
			ctx.Respond(&actors.Stopped{Who: ctx.Self(), Err: assert.AnError})
			return true
		}
		s.start(supervisor.Spec{Children: []supervisor.Child{{ID: "a", Props: s.fake("a", trouble)}}})
		for range 500 {
			require.NoError(t, s.call(supervisor.StopChild{ID: "a"}).Err)
			require.NoError(t, s.call(supervisor.StartChild{ID: "a"}).Err)
		}
		err := s.stop()
		require.ErrorIs(t, err, assert.AnError)
		assert.ErrorContains(t, err, "and 437 more")
		assert.Less(t, len(err.Error()), 16<<10)
	})
}
