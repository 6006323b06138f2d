//go:build unix

package runtime

import (
	"context"
	"os"
	"os/signal"
	"syscall"
	"testing"
	"time"

	"github.com/asynkron/protoactor-go/actor"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"brood/actors"
	"brood/actors/protocol"
	"brood/runtime/worker"
)

// A library and its main may both ask: the first signal is still the first.
func TestSeveralHandlersOfSignalsAreOne(t *testing.T) {
	rt := fresh(t, Options{})
	release := rt.HandleSignals()
	defer rt.HandleSignals()()
	rt.HandleSignals()
	release()
	release()
	up := make(chan struct{}, 1)
	p, err := rt.Start(t.Context(), ProcessSpec{
		Command: Shell(`trap 'exit 7' TERM; echo up; while :; do sleep 0.01; done`),
		Output:  func(actors.Stream, []byte) { up <- struct{}{} },
	})
	require.NoError(t, err)
	<-up
	require.NoError(t, syscall.Kill(os.Getpid(), syscall.SIGTERM))
	<-rt.Done()
	assert.Equal(t, syscall.SIGTERM, rt.Signalled())
	assert.Equal(t, 7, p.Exit().Code, "it was asked to end, not killed")
}

func TestReleaseGivesTheSignalsBack(t *testing.T) {
	rt := fresh(t, Options{})
	rt.HandleSignals()()
	own := make(chan os.Signal, 1)
	signal.Notify(own, syscall.SIGTERM)
	defer signal.Stop(own)
	require.NoError(t, syscall.Kill(os.Getpid(), syscall.SIGTERM))
	<-own
	assert.Nil(t, rt.Signalled())
	assert.False(t, rt.isStopping())
}

// A signal also bounds a Shutdown that was under way without a deadline.
func TestASignalBoundsAShutdown(t *testing.T) {
	rt, err := New(Options{ShutdownTimeout: 50 * time.Millisecond})
	require.NoError(t, err)
	rt.HandleSignals()
	pool, err := rt.StartPool(t.Context(), PoolSpec{Command: Worker("echo"), Size: 1})
	require.NoError(t, err)
	done := make(chan error, 1)
	go func() {
		_, err := pool.Submit(context.Background(), actors.Task{Payload: []byte("wait")})
		done <- err
	}()
	require.Eventually(t, func() bool { return pool.Stats().Held == 1 }, 10*time.Second, time.Millisecond)
	go func() { _ = rt.Shutdown(context.Background()) }()
	<-rt.Stopping()
	require.NoError(t, syscall.Kill(os.Getpid(), syscall.SIGTERM))
	<-rt.Done()
	assert.Error(t, <-done)
}

// A consumer that never returns does not hold Shutdown up beyond its deadline.
func TestShutdownKeepsItsDeadlineWithABlockedConsumer(t *testing.T) {
	rt, err := New(Options{})
	require.NoError(t, err)
	hold := make(chan struct{})
	began := make(chan struct{}, 1)
	// Without a protocol the worker says so on stderr and exits.
	_, err = rt.Start(t.Context(), ProcessSpec{Command: Worker("echo"), Output: func(actors.Stream, []byte) {
		select {
		case began <- struct{}{}:
		default:
		}
		<-hold
	}})
	require.NoError(t, err)
	<-began
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	start := time.Now()
	err = rt.Shutdown(ctx)
	assert.Less(t, time.Since(start), killTime, "what it waits without a deadline")
	assert.ErrorIs(t, err, ErrLeftBehind)
	close(hold)
	rt.goroutines.Wait()
}

// A program that forgets to serve would start itself again and again.
func TestAWorkerThatDoesNotServeHasNoRuntime(t *testing.T) {
	t.Setenv(worker.EnvName, "hash")
	t.Setenv(protocol.EnvWire, "1:3:4:1:4096")
	_, err := New(Options{})
	require.ErrorIs(t, err, ErrWorkerNotServing)
	assert.Contains(t, err.Error(), `"hash"`)
}

func TestTwoRuntimesOnOneSystemSpawnTheSameName(t *testing.T) {
	system := quietSystem()
	props := actor.PropsFromFunc(func(actor.Context) {})
	for range 2 {
		_, err := fresh(t, Options{System: system}).Spawn("mine", props)
		assert.NoError(t, err)
	}
	_, err := fresh(t, Options{System: system}).Spawn("mine", nil)
	assert.ErrorContains(t, err, "props are nil")
}
