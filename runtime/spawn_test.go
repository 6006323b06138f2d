package runtime_test

import (
	"context"
	"testing"

	"github.com/asynkron/protoactor-go/actor"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"brood/runtime"
)

func TestStopOfAnActorComesAfterItsMessages(t *testing.T) {
	rt := newRuntime(t, runtime.Options{})
	handled := 0
	begin := make(chan struct{})
	a, err := rt.Spawn("counter", actor.PropsFromFunc(func(ctx actor.Context) {
		if _, ok := ctx.Message().(int); ok {
			<-begin
			handled++
		}
	}))
	require.NoError(t, err)
	for i := range 100 {
		rt.System().Root.Send(a.PID(), i)
	}
	close(begin)
	require.NoError(t, a.Stop(t.Context()))
	assert.Equal(t, 100, handled)
	assert.NoError(t, a.Stop(t.Context()), "again")
}

func TestKillStopsActorsWithoutComplaint(t *testing.T) {
	for range 20 { // which of two ready channels select takes is random
		rt := newRuntime(t, runtime.Options{})
		ended := false
		_, err := rt.Spawn("idle", actor.PropsFromFunc(func(ctx actor.Context) {
			if _, ok := ctx.Message().(*actor.Stopped); ok {
				ended = true
			}
		}))
		require.NoError(t, err)
		require.NoError(t, rt.Kill())
		assert.True(t, ended, "Kill did not wait for the actor's end")
	}
}

func TestStopSaysThatAnActorBlocks(t *testing.T) {
	rt := newRuntime(t, runtime.Options{})
	begun, release := make(chan struct{}), make(chan struct{})
	a, err := rt.Spawn("stuck", actor.PropsFromFunc(func(ctx actor.Context) {
		if _, ok := ctx.Message().(int); ok {
			close(begun)
			<-release
		}
	}))
	require.NoError(t, err)
	rt.System().Root.Send(a.PID(), 1)
	<-begun
	over, cancel := context.WithCancel(t.Context())
	cancel()
	assert.ErrorIs(t, a.Stop(over), runtime.ErrLeftBehind)
	close(release)
	assert.NoError(t, a.Stop(t.Context()))
}
