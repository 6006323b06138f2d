package runtime_test

import (
	"testing"

	"github.com/asynkron/protoactor-go/actor"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"brood/actors"
	"brood/runtime"
)

func newRuntime(t *testing.T, options runtime.Options) *runtime.Runtime {
	t.Helper()
	rt, err := runtime.New(options)
	require.NoError(t, err)
	t.Cleanup(func() { assert.NoError(t, rt.Kill()) })
	return rt
}

func self(t *testing.T) runtime.Command {
	t.Helper()
	command := runtime.Worker("echo")
	return command
}

func TestAfterShutdownEverythingIsRefusedAsStopping(t *testing.T) {
	rt := newRuntime(t, runtime.Options{})
	pool, err := rt.StartPool(t.Context(), runtime.PoolSpec{Command: self(t), Size: 1})
	require.NoError(t, err)
	child, err := rt.Start(t.Context(), runtime.ProcessSpec{Command: self(t), Protocol: runtime.Wire{}})
	require.NoError(t, err)
	require.NoError(t, rt.Shutdown(t.Context()))

	_, err = rt.Run(t.Context(), runtime.RunSpec{Command: self(t)})
	assert.ErrorIs(t, err, actors.ErrStopping, "Run")
	_, err = rt.Start(t.Context(), runtime.ProcessSpec{Command: self(t)})
	assert.ErrorIs(t, err, actors.ErrStopping, "Start")
	_, err = rt.StartPool(t.Context(), runtime.PoolSpec{Command: self(t)})
	assert.ErrorIs(t, err, actors.ErrStopping, "StartPool")
	_, err = rt.Spawn("idle", actor.PropsFromFunc(func(actor.Context) {}))
	assert.ErrorIs(t, err, actors.ErrStopping, "Spawn")

	_, err = pool.Submit(t.Context(), actors.Task{})
	assert.ErrorIs(t, err, actors.ErrStopping, "Submit")
	_, err = pool.Rerun(t.Context(), 1)
	assert.ErrorIs(t, err, actors.ErrStopping, "Rerun")
	assert.Equal(t, runtime.PoolStats{}, pool.Stats())
	assert.Equal(t, runtime.PoisonList{}, pool.Poison())
	assert.False(t, pool.Forget(1))
	assert.NoError(t, pool.Drain(t.Context()))
	assert.NoError(t, pool.Stop(t.Context()))
	assert.ErrorIs(t, child.Write(t.Context(), []byte("x")), actors.ErrNotRunning, "Write")
	assert.ErrorIs(t, child.Ping(t.Context()), actors.ErrNotRunning, "Ping")
	assert.NoError(t, child.Stop(t.Context()))
	exit, err := child.Wait(t.Context())
	assert.NoError(t, err)
	assert.Equal(t, actors.ReasonStopped, exit.Reason)
	assert.Zero(t, child.OSPID())
	assert.NoError(t, rt.Shutdown(t.Context()), "again")
}
