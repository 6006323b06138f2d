package tests

import (
	"context"
	"os"
	"slices"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"brood/actors"
	"brood/runtime"
)

// What a pool does with its workers. The tests share a Runtime, whose end takes its
// time.
func TestCrew(t *testing.T) {
	rt := newRuntime(t, runtime.Options{SampleInterval: 20 * time.Millisecond})
	for name, test := range map[string]func(*testing.T, *runtime.Runtime){
		"roll under load loses and refuses nothing":       rollUnderLoadLosesAndRefusesNothing,
		"roll that fails leaves the old ones":             rollThatFailsLeavesTheOldOnes,
		"spare is there before it is needed":              spareIsThereBeforeItIsNeeded,
		"no worker takes more tasks than it may":          noWorkerTakesMoreTasksThanItMay,
		"worker that leaks or rests is recycled":          workerThatLeaksOrRestsIsRecycled,
		"resize while running":                            resizeWhileRunning,
		"stats tell times":                                statsTellTimes,
		"pool grows with its queue and shrinks when idle": poolGrowsWithItsQueueAndShrinksWhenIdle,
		"workers are recycled between tasks":              workersAreRecycledBetweenTasks,
	} {
		t.Run(name, func(t *testing.T) { test(t, rt) })
	}
}

func rollUnderLoadLosesAndRefusesNothing(t *testing.T, rt *runtime.Runtime) {
	pool := startPool(t, rt, runtime.PoolSpec{Command: command(t, "worker"), Size: 3, Prefetch: 2, QueueLimit: 8})
	before := allReady(t, pool, 3)
	tr := send(t, pool, 8)
	tr.moves(t, 50)
	require.NoError(t, pool.Roll(within(t, limit), runtime.Rolling{AtOnce: 2, Change: func(c *runtime.Command) {
		c.Env.Set["WHICH"] = "second"
	}}))
	tr.moves(t, 50)
	tr.ended(t)
	after := allReady(t, pool, 3)
	disjoint(t, before, after)
	assert.EqualValues(t, 3, pool.Stats().Replaced)
	assert.Equal(t, "second", env(t, pool, "WHICH"))
}

// env asks a worker for a variable of its environment.
func env(t *testing.T, pool *runtime.Pool, name string) string {
	t.Helper()
	r, err := pool.Submit(within(t, limit), actors.Task{Payload: []byte("env " + name)})
	require.NoError(t, err)
	return string(r.Payload)
}

func rollThatFailsLeavesTheOldOnes(t *testing.T, rt *runtime.Runtime) {
	pool := startPool(t, rt, runtime.PoolSpec{Command: command(t, "worker"), Size: 2})
	before := allReady(t, pool, 2)
	tr := send(t, pool, 2)
	err := pool.Roll(within(t, limit), runtime.Rolling{Change: func(c *runtime.Command) { *c = command(t, "leaves", "3") }})
	var stopped *runtime.RollError
	require.ErrorAs(t, err, &stopped)
	assert.ErrorIs(t, err, runtime.ErrRollStopped)
	assert.Equal(t, []int{0, 2}, []int{stopped.Replaced, stopped.Old})
	assert.ErrorContains(t, err, "exit code 3")
	assert.Equal(t, before, allReady(t, pool, 2))

	over, cancel := context.WithCancel(t.Context())
	cancel()
	err = pool.Roll(over, runtime.Rolling{})
	assert.ErrorIs(t, err, context.Canceled)
	assert.ErrorIs(t, err, runtime.ErrRollStopped)

	assert.ErrorContains(t, pool.Roll(t.Context(), runtime.Rolling{AtOnce: -1}), "AtOnce is -1")
	allReady(t, pool, 2)
	require.NoError(t, pool.Roll(within(t, limit), runtime.Rolling{}), "the old command is in force")
	tr.ended(t)
}

func poolGrowsWithItsQueueAndShrinksWhenIdle(t *testing.T, rt *runtime.Runtime) {
	pool := startPool(t, rt, runtime.PoolSpec{Command: command(t, "worker"), Scale: runtime.Scale{
		Min: 1, Max: 3, UpAfter: 5 * time.Millisecond, DownAfter: 50 * time.Millisecond,
	}})
	require.Len(t, allReady(t, pool, 1), 1)
	let := hold(t, pool, 3)
	waits := submit(within(t, limit), pool, actors.Task{})
	queued(t, pool, 1)
	assert.Equal(t, 3, pool.Stats().Held)
	assert.Positive(t, pool.Stats().Oldest)
	let()
	require.NoError(t, receive(t, waits).err)
	require.Eventually(t, func() bool { return len(pool.Stats().Workers) == 1 }, limit, soon)
	assert.Zero(t, restarts(pool))
}

func spareIsThereBeforeItIsNeeded(t *testing.T, rt *runtime.Runtime) {
	pool := startPool(t, rt, runtime.PoolSpec{
		Command: command(t, "worker"), Scale: runtime.Scale{Min: 1, Max: 3, Spares: 1}, Backoff: runtime.Backoff{Min: time.Hour},
	})
	g := newGate(t)
	held := submit(within(t, limit), pool, actors.Task{Payload: []byte("hold " + g.path), Repeatable: true})
	g.reached(t)
	pids := allReady(t, pool, 2)
	holder := func() int {
		return slices.IndexFunc(pool.Stats().Workers, func(w runtime.PoolWorker) bool { return w.Held > 0 })
	}
	victim := holder()
	require.NoError(t, pool.Kill(victim))
	require.Eventually(t, func() bool { other := holder(); return other >= 0 && other != victim }, limit, soon)
	g.open() // for the one that has died, and then for the other one
	require.Eventually(t, func() bool {
		if f, err := os.OpenFile(g.path, os.O_WRONLY|syscall.O_NONBLOCK, 0); err == nil {
			f.Close()
		}
		return len(held) == 1
	}, limit, soon)
	o := receive(t, held)
	require.NoError(t, o.err, "it did not wait for the restart, which is an hour away")
	assert.Equal(t, 2, o.Attempts)
	assert.Contains(t, pids, o.Worker)
}

func TestPauseAndResume(t *testing.T) {
	rt := newRuntime(t, runtime.Options{})
	pool := startPool(t, rt, runtime.PoolSpec{Command: command(t, "worker"), Size: 1})
	pool.Pause()
	waits := submit(within(t, limit), pool, actors.Task{})
	queued(t, pool, 1)
	stats := pool.Stats()
	assert.True(t, stats.Paused)
	assert.Zero(t, stats.Held)
	require.NoError(t, pool.Roll(within(t, limit), runtime.Rolling{}), "workers can be replaced meanwhile")
	assert.Equal(t, 1, pool.Stats().Queued)
	pool.Resume()
	assert.NoError(t, receive(t, waits).err)

	pool.Pause()
	waits = submit(within(t, limit), pool, actors.Task{})
	queued(t, pool, 1)
	require.NoError(t, rt.Shutdown(within(t, limit)), "it does not wait for a Resume")
	assert.NoError(t, receive(t, waits).err)
}

func resizeWhileRunning(t *testing.T, rt *runtime.Runtime) {
	pool := startPool(t, rt, runtime.PoolSpec{Command: command(t, "worker"), Size: 2})
	tr := send(t, pool, 4)
	require.NoError(t, pool.Resize(within(t, limit), 5))
	allReady(t, pool, 5)
	require.NoError(t, pool.Resize(within(t, limit), 1))
	assert.Len(t, pidsOf(pool), 1)
	tr.moves(t, 10)
	tr.ended(t)
	assert.ErrorIs(t, pool.Resize(t.Context(), 0), runtime.ErrSize)

	// One that is busy is waited for.
	require.NoError(t, pool.Resize(within(t, limit), 2))
	let := hold(t, pool, 2)
	assert.ErrorIs(t, pool.Resize(within(t, 20*time.Millisecond), 1), context.DeadlineExceeded)
	stats := pool.Stats()
	require.Len(t, stats.Workers, 2)
	assert.True(t, stats.Workers[0].Leaving != stats.Workers[1].Leaving)
	let()
	require.NoError(t, pool.Resize(within(t, limit), 1))
	assert.Len(t, pidsOf(pool), 1)
}

func TestShutdownInTheMiddleOfChanges(t *testing.T) {
	rt := newRuntime(t, runtime.Options{})
	pool := startPool(t, rt, runtime.PoolSpec{Command: command(t, "worker"), Size: 3, Recycle: runtime.Recycle{AfterTasks: 3}})
	tr := send(t, pool, 3)
	changes := make(chan error, 2)
	go func() { changes <- pool.Roll(within(t, limit), runtime.Rolling{AtOnce: 2}) }()
	go func() { changes <- pool.Resize(within(t, limit), 6) }()
	tr.moves(t, 20)
	tr.stop()
	require.NoError(t, rt.Shutdown(within(t, limit)))
	for range 2 {
		if err := receive(t, changes); err != nil {
			assert.ErrorIs(t, err, actors.ErrStopping)
		}
	}
	noChildren(t)
}

func TestPoolInATreeCanBeChanged(t *testing.T) {
	rt := newRuntime(t, runtime.Options{})
	s, err := rt.Supervise(within(t, limit), runtime.Tree{Children: []runtime.Node{{ID: "pool", Pool: &runtime.PoolSpec{
		Command: command(t, "worker"), Scale: runtime.Scale{Min: 2, Max: 4, Spares: 1},
	}}}})
	require.NoError(t, err)
	pool := s.Pool("pool")
	before := allReady(t, pool, 2)
	require.NoError(t, pool.Roll(within(t, limit), runtime.Rolling{Change: func(c *runtime.Command) { c.Env.Set["WHICH"] = "second" }}))
	disjoint(t, before, allReady(t, pool, 2))
	require.NoError(t, pool.Resize(within(t, limit), 3))
	allReady(t, pool, 3)

	// What it was changed to outlives its supervisor.
	require.NoError(t, s.StopChild(within(t, limit), "pool"))
	require.NoError(t, s.StartChild(within(t, limit), "pool"))
	require.Eventually(t, func() bool {
		stats := pool.Stats()
		return len(stats.Workers) == 3 && stats.Replaced == 4
	}, limit, soon)
	assert.Equal(t, "second", env(t, pool, "WHICH"))
	require.NoError(t, rt.Shutdown(within(t, limit)))
	noChildren(t)
}

func statsTellTimes(t *testing.T, rt *runtime.Runtime) {
	pool := startPool(t, rt, runtime.PoolSpec{Command: command(t, "worker"), Size: 2})
	g := newGate(t)
	held := submit(within(t, limit), pool, actors.Task{Payload: []byte("hold " + g.path), Key: "held"})
	g.reached(t)
	var keys []string
	for _, worker := range pool.Health() {
		for _, task := range worker.Tasks {
			keys = append(keys, task.Key)
			assert.False(t, task.Since.IsZero())
		}
	}
	assert.Equal(t, []string{"held"}, keys)
	for range 3 {
		_, err := pool.Submit(within(t, limit), actors.Task{})
		require.NoError(t, err)
	}
	g.open()
	require.NoError(t, receive(t, held).err)
	require.Eventually(t, func() bool { return pool.Stats().Run.Count == 4 }, limit, soon)
	stats := pool.Stats()
	assert.EqualValues(t, 4, stats.Wait.Count)
	assert.EqualValues(t, 2, stats.Start.Count)
	assert.Positive(t, stats.Start.P50)
	assert.GreaterOrEqual(t, stats.Run.Max, stats.Run.P50)
	assert.Positive(t, stats.Utilisation)
	assert.Equal(t, [3]int{2, 2, 2}, [3]int{stats.Size, stats.Min, stats.Max})
}
