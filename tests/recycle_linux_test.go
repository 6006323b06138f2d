package tests

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"

	"brood/actors"
	"brood/runtime"
	"brood/runtime/worker"
)

func workersAreRecycledBetweenTasks(t *testing.T, rt *runtime.Runtime) {
	for name, recycle := range map[string]runtime.Recycle{
		"tasks":  {AfterTasks: 5},
		"age":    {AfterAge: 30 * time.Millisecond, Jitter: 10 * time.Millisecond},
		"memory": {MemoryBytes: 1},
	} {
		t.Run(name, func(t *testing.T) {
			pool := startPool(t, rt, runtime.PoolSpec{Command: command(t, "worker"), Size: 2, Recycle: recycle})
			before := allReady(t, pool, 2)
			tr := send(t, pool, 3)
			require.Eventually(t, func() bool { return pool.Stats().Replaced >= 4 }, limit, soon)
			gone(t, pool, before)
			tr.ended(t)
			assert.Zero(t, restarts(pool))
		})
	}
}

func noWorkerTakesMoreTasksThanItMay(t *testing.T, rt *runtime.Runtime) {
	pool := startPool(t, rt, runtime.PoolSpec{Command: command(t, "worker"), Size: 2, Recycle: runtime.Recycle{AfterTasks: 2}})
	var mu sync.Mutex
	took := map[int]int{}
	var all sync.WaitGroup
	for range 4 {
		all.Go(func() {
			for range 6 {
				r, err := pool.Submit(within(t, limit), actors.Task{})
				assert.NoError(t, err)
				mu.Lock()
				took[r.Worker]++
				mu.Unlock()
			}
		})
	}
	all.Wait()
	assert.GreaterOrEqual(t, len(took), 12)
	for pid, n := range took {
		assert.LessOrEqual(t, n, 2, "worker %d", pid)
	}
}

func workerThatLeaksOrRestsIsRecycled(t *testing.T, rt *runtime.Runtime) {
	pool := startPool(t, rt, runtime.PoolSpec{Command: command(t, "worker"), Size: 1,
		Recycle: runtime.Recycle{GrowthBytes: 64 << 20, GrowthTasks: 1}})
	before := allReady(t, pool, 1)
	_, err := pool.Submit(within(t, limit), actors.Task{})
	require.NoError(t, err)
	require.Eventually(t, func() bool { return len(pool.Samples(0)) > 2 }, limit, soon)
	assert.Zero(t, pool.Stats().Replaced)
	_, err = pool.Submit(within(t, limit), actors.Task{Payload: []byte("leak")})
	require.NoError(t, err)
	require.Eventually(t, func() bool { return pool.Stats().Replaced == 1 }, limit, soon)
	gone(t, pool, before)

	idle := startPool(t, rt, runtime.PoolSpec{Command: command(t, "worker"), Size: 1,
		Recycle: runtime.Recycle{AfterIdle: 10 * time.Millisecond}})
	_, err = idle.Submit(within(t, limit), actors.Task{})
	require.NoError(t, err)
	require.Eventually(t, func() bool { return idle.Stats().Replaced == 1 }, limit, soon)
}

func TestRecycleAndKillAWorker(t *testing.T) {
	rt := newRuntime(t, runtime.Options{})
	pool := startPool(t, rt, runtime.PoolSpec{Command: command(t, "worker"), Size: 2})
	pids := allReady(t, pool, 2)
	require.NoError(t, pool.Recycle(within(t, limit), 0))
	after := allReady(t, pool, 2)
	assert.NotContains(t, after, pids[0])
	assert.Contains(t, after, pids[1])
	assert.ErrorIs(t, pool.Recycle(t.Context(), 7), runtime.ErrNoWorker)
	assert.ErrorIs(t, pool.Recycle(t.Context(), -1), runtime.ErrNoWorker)
	assert.ErrorIs(t, pool.Kill(7), runtime.ErrNoWorker)

	w := pool.Stats().Workers[0]
	require.NoError(t, pool.Kill(w.Number))
	restarted(t, pool, 1)
	assert.NotContains(t, allReady(t, pool, 2), w.PID)

	require.NoError(t, rt.Shutdown(within(t, limit)))
	for what, err := range map[string]error{
		"roll": pool.Roll(t.Context(), runtime.Rolling{}), "resize": pool.Resize(t.Context(), 1), "recycle": pool.Recycle(t.Context(), 0),
	} {
		assert.ErrorIs(t, err, actors.ErrStopping, what)
	}
	assert.ErrorIs(t, pool.Kill(1), actors.ErrNotRunning)
}

// retry asks again when it was a worker that was being started that was killed.
func retry(t *testing.T, change func() error) {
	t.Helper()
	for {
		err := change()
		if err == nil {
			return
		}
		require.ErrorContains(t, err, "signal: killed")
	}
}

// No two workers ever have the same slot, however they die, are replaced or added.
func TestSlotsAreUnique(t *testing.T) {
	rt := newRuntime(t, runtime.Options{})
	dir := t.TempDir()
	var slots []map[string]string
	for i := range 4 {
		slots = append(slots, map[string]string{"SLOT": filepath.Join(dir, fmt.Sprint(i))})
	}
	pool := startPool(t, rt, runtime.PoolSpec{Command: command(t, "slotted"), Size: 2, Slots: slots, Recycle: runtime.Recycle{AfterTasks: 7}})
	tr := send(t, pool, 4)
	ctx := within(t, limit)
	for round := range 3 {
		for _, w := range pool.Stats().Workers {
			if err := pool.Kill(w.Number); err != nil {
				assert.True(t, errors.Is(err, actors.ErrNotRunning) || errors.Is(err, runtime.ErrNoWorker), "%v", err)
			}
		}
		retry(t, func() error { return pool.Resize(ctx, 2+2*(round%2)) })
		retry(t, func() error { return pool.Roll(ctx, runtime.Rolling{AtOnce: 3}) })
	}
	assert.ErrorIs(t, pool.Resize(ctx, 5), runtime.ErrSize)
	tr.stop()
	tr.all.Wait() // some died with a worker
	taken := lines(t, filepath.Join(dir, "taken"))
	assert.Contains(t, taken, "once")
	assert.NotContains(t, taken, "twice")
	require.NoError(t, rt.Shutdown(within(t, limit)))
	noChildren(t)
}

// slotted is a worker that has the file that $SLOT names for itself. If another one
// has it, too, it notes that beside it.
func slotted() {
	path := os.Getenv("SLOT")
	f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		panic(err)
	}
	taken := "once"
	if unix.Flock(int(f.Fd()), unix.LOCK_EX|unix.LOCK_NB) != nil {
		taken = "twice"
	}
	note(filepath.Join(filepath.Dir(path), "taken"), taken)
	worker.Exit(worker.Serve(work))
}
