package tests

import (
	"context"
	"fmt"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"brood/actors"
	"brood/runtime"
)

func startRouter(t *testing.T, rt *runtime.Runtime, spec runtime.RouterSpec) *runtime.Router {
	t.Helper()
	r, err := rt.StartRouter(spec)
	require.NoError(t, err)
	return r
}

// through submits a task to a router on a goroutine of its own.
func through(ctx context.Context, r *runtime.Router, task actors.Task) <-chan outcome {
	done := make(chan outcome, 1)
	go func() {
		result, err := r.Submit(ctx, task)
		done <- outcome{result, err}
	}()
	return done
}

func pools(t *testing.T, rt *runtime.Runtime, n int, spec runtime.PoolSpec) (all []*runtime.Pool, members []runtime.Member) {
	t.Helper()
	for range n {
		spec.Command = command(t, "worker")
		p := startPool(t, rt, spec)
		all, members = append(all, p), append(members, p)
	}
	return all, members
}

func processes(t *testing.T, rt *runtime.Runtime, n int) (all []*runtime.Process, members []runtime.Member) {
	t.Helper()
	for range n {
		p := start(t, rt, runtime.ProcessSpec{Command: command(t, "worker"), Protocol: runtime.Wire{},
			Intensity: 10_000, Period: time.Minute})
		all, members = append(all, p), append(members, p)
	}
	return all, members
}

// pour submits tasks from several goroutines and returns how many ended in which
// way, when all have. Ten times, evenly spread, it calls disturb between two of
// them.
func pour(t *testing.T, r *runtime.Router, task actors.Task, each int, disturb func()) (done int, failed []error) {
	t.Helper()
	var mu sync.Mutex
	var all sync.WaitGroup
	ctx := within(t, limit)
	for c := range 8 {
		all.Go(func() {
			for i := range each {
				if c == 0 && i%max(each/10, 1) == each/20 {
					disturb()
				}
				task := task
				task.Payload = fmt.Appendf(nil, "echo %d %d", c, i)
				result, err := r.Submit(ctx, task)
				mu.Lock()
				switch {
				case err != nil:
					failed = append(failed, err)
				default:
					assert.Equal(t, string(task.Payload), string(result.Payload))
					done++
				}
				mu.Unlock()
			}
		})
	}
	all.Wait()
	return done, failed
}

func TestRouterOverPoolsWhoseWorkersAreKilled(t *testing.T) {
	rt := newRuntime(t, runtime.Options{})
	all, members := pools(t, rt, 2, runtime.PoolSpec{Size: 2, Prefetch: 4})
	r := startRouter(t, rt, runtime.RouterSpec{Members: members, Policy: runtime.LeastLoaded{}})
	each, kills := fewer(2000), 0
	done, failed := pour(t, r, actors.Task{Repeatable: true}, each, func() {
		if pid := all[kills%2].Stats().Workers[kills/2%2].PID; pid > 0 {
			kill(pid, syscall.SIGKILL)
		}
		kills++
	})
	assert.Equal(t, 10, kills)
	for _, err := range failed { // three workers died with it
		assert.ErrorIs(t, err, actors.ErrWorkerExited)
	}
	assert.Equal(t, 8*each, done+len(failed))
	assert.Greater(t, done, 8*each*9/10)
	stats := r.Stats()
	assert.Zero(t, stats.Held+stats.Waiting)
	for _, m := range stats.Members {
		assert.Zero(t, m.Load)
		assert.NotZero(t, m.Done)
	}
}

func TestRouterWhenAPoolIsStoppedUnderLoad(t *testing.T) {
	rt := newRuntime(t, runtime.Options{})
	all, members := pools(t, rt, 2, runtime.PoolSpec{Size: 1, Prefetch: 4})
	r := startRouter(t, rt, runtime.RouterSpec{Members: members})
	stopped := make(chan error, 1)
	var once sync.Once
	each := fewer(2000)
	done, failed := pour(t, r, actors.Task{Repeatable: true}, each, func() {
		once.Do(func() { go func() { stopped <- all[0].Stop(within(t, limit)) }() })
	})
	require.NoError(t, receive(t, stopped))
	assert.Empty(t, failed)
	assert.Equal(t, 8*each, done)
	require.Eventually(t, func() bool { return len(r.Stats().Members) == 1 }, limit, soon)
	result, err := r.Submit(within(t, limit), actors.Task{Payload: []byte("on")})
	require.NoError(t, err)
	assert.Equal(t, all[1].Stats().Workers[0].PID, result.Worker)

	require.NoError(t, all[1].Stop(within(t, limit)))
	require.Eventually(t, func() bool { return len(r.Stats().Members) == 0 }, limit, soon)
	waits := through(within(t, limit), r, actors.Task{Payload: []byte("later")})
	require.Eventually(t, func() bool { return r.Stats().Waiting == 1 }, limit, soon)
	_, more := pools(t, rt, 1, runtime.PoolSpec{Size: 1})
	require.NoError(t, r.Add(more[0]))
	assert.NoError(t, receive(t, waits).err)
}

func TestRouterEndsWithTheRuntime(t *testing.T) {
	rt := newRuntime(t, runtime.Options{})
	_, members := pools(t, rt, 1, runtime.PoolSpec{Size: 1})
	r := startRouter(t, rt, runtime.RouterSpec{Members: members})
	empty := startRouter(t, rt, runtime.RouterSpec{Name: "empty"})
	g := newGate(t)
	held := through(within(t, limit), r, actors.Task{Payload: []byte("hold " + g.path)})
	waits := through(within(t, limit), empty, actors.Task{})
	g.reached(t)
	require.Eventually(t, func() bool { return empty.Stats().Waiting == 1 }, limit, soon)
	over := make(chan error, 1)
	go func() { over <- rt.Shutdown(within(t, limit)) }()
	assert.ErrorIs(t, receive(t, waits).err, actors.ErrStopping, "nobody comes any more")
	g.open()
	assert.NoError(t, receive(t, held).err, "what it had accepted was finished")
	assert.NoError(t, receive(t, over))
	_, err := r.Submit(within(t, limit), actors.Task{})
	assert.ErrorIs(t, err, actors.ErrStopping)
	assert.NoError(t, r.Drain(within(t, limit)))
	assert.NoError(t, r.Stop(within(t, limit)))
	assert.Zero(t, r.Stats())
}
