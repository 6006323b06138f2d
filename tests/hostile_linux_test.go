package tests

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"brood/actors"
	"brood/runtime"
)

// TestHostileWorker: one worker breaks the rules; it is replaced, its task's
// answer names the cause, and the others work on.
func TestHostileWorker(t *testing.T) {
	for how, want := range map[string]struct {
		reason actors.Reason
		text   string
	}{
		"garbage":            {actors.ReasonProtocol, "wire: "},
		"kind":               {actors.ReasonProtocol, "unknown kind 99"},
		"incarnation":        {actors.ReasonProtocol, "incarnation"},
		"length":             {actors.ReasonProtocol, "4294967295"},
		"half a frame":       {actors.ReasonExited, "exit code 5"},
		"second hello":       {actors.ReasonProtocol, "second hello"},
		"unknown id":         {actors.ReasonProtocol, "does not hold"},
		"piece":              {actors.ReasonProtocol, "not streamed"},
		"piece of nobody":    {actors.ReasonProtocol, "does not hold"},
		"unasked pong":       {actors.ReasonProtocol, "not asked for"},
		"revoked unasked":    {actors.ReasonProtocol, "which it was not asked for"},
		"revoked unknown id": {actors.ReasonProtocol, "does not hold"},
		// What the mark says then is not believed.
		"mark cut short":  {actors.ReasonExited, "exit code 6"},
		"mark emptied":    {actors.ReasonExited, "exit code 6"},
		"mark of garbage": {actors.ReasonExited, "exit code 6"},
		"close wire":      {actors.ReasonProtocol, "closed its end of the wire"},
	} {
		t.Run(how, func(t *testing.T) {
			h := startHostile(t, runtime.PoolSpec{})
			before := heap()
			evil := receive(t, submit(within(t, limit), h.pool, actors.Task{Payload: []byte("evil " + how)}))
			h.finish(t)

			var exited *actors.WorkerExitedError
			require.ErrorAs(t, evil.err, &exited)
			assert.True(t, exited.MayHaveRun)
			assert.Equal(t, want.reason, exited.Exit.Reason)
			assert.ErrorContains(t, evil.err, want.text)
			if want.reason == actors.ReasonProtocol {
				require.Error(t, exited.Exit.Err)
			}
			assert.Less(t, heap(), before+(32<<20))
		})
	}
}

// TestWorkerAnswersTwice: the task has its answer, the worker is replaced.
func TestWorkerAnswersTwice(t *testing.T) {
	h := startHostile(t, runtime.PoolSpec{})
	evil := receive(t, submit(within(t, limit), h.pool, actors.Task{Payload: []byte("evil answer twice")}))
	assert.NoError(t, evil.err)
	require.Eventually(t, func() bool { return restarts(h.pool) > 0 }, limit, soon)
	h.finish(t)
}

// TestWorkerGivesBackTwice: what a cancelled task was answered with stays.
func TestWorkerGivesBackTwice(t *testing.T) {
	begun := make(chan struct{}, 1)
	h := startHostile(t, runtime.PoolSpec{Output: func(int, actors.Stream, []byte) { begun <- struct{}{} }})
	ctx, cancel := context.WithCancel(within(t, limit))
	answer := submit(ctx, h.pool, actors.Task{Payload: []byte("evil revoked twice")})
	receive(t, begun)
	cancel()
	assert.ErrorIs(t, receive(t, answer).err, context.Canceled)
	require.Eventually(t, func() bool { return restarts(h.pool) > 0 }, limit, soon)
	h.finish(t)
}

// TestDeafWorker: one worker reads its wire no more while large tasks are on
// their way to it.
func TestDeafWorker(t *testing.T) {
	h := startHostile(t, runtime.PoolSpec{Prefetch: 4, CancelGrace: 200 * time.Millisecond})
	before := heap()
	evil := submit(within(t, limit), h.pool, actors.Task{Payload: []byte("evil deaf"), Timeout: 300 * time.Millisecond})
	large := make([]<-chan outcome, 9) // three workers with four slots
	for i := range large {
		large[i] = submit(within(t, limit), h.pool, actors.Task{Payload: make([]byte, 2<<20), Repeatable: i%2 == 0})
	}
	assert.ErrorIs(t, receive(t, evil).err, actors.ErrTaskTimeout)
	for i, answer := range large {
		o := receive(t, answer)
		if o.err != nil {
			assert.False(t, i%2 == 0, "repeatable")
			var exited *actors.WorkerExitedError
			require.ErrorAs(t, o.err, &exited)
			assert.Equal(t, actors.ReasonUnresponsive, exited.Exit.Reason)
			assert.ErrorContains(t, o.err, "cancelled task not answered within 200ms")
		}
	}
	assert.Less(t, heap(), before+(128<<20))
	h.finish(t)
	assert.Equal(t, 1, restarts(h.pool))
}

// TestFloodingWorker: one worker prints a gigabyte while the others work.
func TestFloodingWorker(t *testing.T) {
	var printed [3]atomic.Int64
	h := startHostile(t, runtime.PoolSpec{Output: func(_ int, stream actors.Stream, data []byte) {
		printed[stream].Add(int64(len(data)))
	}})
	peak, stop := watchHeap(t)
	flooded := receive(t, submit(within(t, limit), h.pool, actors.Task{Payload: []byte("evil flood")}))
	require.NoError(t, flooded.err)
	assert.Less(t, stop(), peak+(32<<20))
	h.finish(t)
	assert.Zero(t, restarts(h.pool))
	require.NoError(t, h.pool.Stop(within(t, limit)))
	assert.Equal(t, int64(floodBytes), printed[actors.Stdout].Load())
	assert.Equal(t, int64(floodBytes), printed[actors.Stderr].Load())
}

// TestWorkerThatComesBackMute: a worker that is replaced by one without a hello.
func TestWorkerThatComesBackMute(t *testing.T) {
	pool := startPool(t, newRuntime(t, runtime.Options{}), runtime.PoolSpec{
		Command: command(t, "oncer"), Size: 2, StartTimeout: 2 * time.Second, Intensity: 2, Period: time.Minute,
	})
	gaveUp := actors.ErrWorkerExited
	for errors.Is(gaveUp, actors.ErrWorkerExited) { // both die of their first task, and do not come back
		gaveUp = receive(t, submit(within(t, limit), pool, actors.Task{})).err
	}
	assert.ErrorIs(t, gaveUp, actors.ErrGaveUp)
	assert.ErrorContains(t, gaveUp, "no hello in time")
}

// hostilePool is a pool of three that is kept busy with good tasks.
type hostilePool struct {
	pool  *runtime.Pool
	stop  context.CancelFunc
	good  sync.WaitGroup
	done  atomic.Int64
	wrong atomic.Value
}

func startHostile(t *testing.T, spec runtime.PoolSpec) *hostilePool {
	t.Helper()
	spec.Command, spec.Size = command(t, "hostile"), 3
	h := &hostilePool{pool: startPool(t, newRuntime(t, runtime.Options{}), spec)}
	ctx, cancel := context.WithCancel(context.Background())
	h.stop = cancel
	t.Cleanup(func() { cancel(); h.good.Wait() })
	for range 2 {
		h.good.Go(func() {
			for ctx.Err() == nil {
				result, err := h.pool.Submit(context.Background(), actors.Task{Payload: []byte("good"), Repeatable: true})
				if err != nil || string(result.Payload) != "good" {
					h.wrong.Store([]any{result, err})
					return
				}
				h.done.Add(1)
			}
		})
	}
	return h
}

// finish asserts that the good tasks were answered throughout, and still are.
func (h *hostilePool) finish(t *testing.T) {
	t.Helper()
	allReady(t, h.pool, 3)
	enough := h.done.Load() + 100
	require.Eventually(t, func() bool { return h.done.Load() > enough || h.wrong.Load() != nil }, limit, soon)
	h.stop()
	h.good.Wait()
	assert.Nil(t, h.wrong.Load())
}
