package tests

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"brood/actors"
	"brood/runtime"
)

func TestPoisonIsSetAsideAndRunAgainByHand(t *testing.T) {
	pool := startPool(t, newRuntime(t, runtime.Options{}), runtime.PoolSpec{
		Command: command(t, "worker"), Size: 2, MaxAttempts: 2,
		RepeatBackoff: runtime.RepeatBackoff{Min: 10 * time.Millisecond},
	})
	cure := filepath.Join(t.TempDir(), "cure")
	task := actors.Task{Payload: []byte("die-unless " + cure), Repeatable: true, Tag: "tag"}
	_, err := pool.Submit(within(t, limit), task)
	var poison *actors.PoisonError
	require.ErrorAs(t, err, &poison)
	require.Len(t, poison.Exits, 2)
	assert.Equal(t, []int{7, 7}, []int{poison.Exits[0].Code, poison.Exits[1].Code})
	assert.NotEqual(t, poison.Exits[0].PID, poison.Exits[1].PID)
	assert.ErrorIs(t, err, actors.ErrWorkerExited)

	list := pool.Poison().Tasks
	require.Len(t, list, 1)
	assert.Equal(t, task, list[0].Task)
	assert.Equal(t, poison.Exits, list[0].Exits)
	_, err = pool.Rerun(within(t, limit), list[0].ID)
	assert.ErrorIs(t, err, actors.ErrPoison)
	assert.Len(t, pool.Poison().Tasks[0].Exits, 4)

	require.NoError(t, os.WriteFile(cure, nil, 0o600))
	result, err := pool.Rerun(within(t, limit), list[0].ID)
	assert.NoError(t, err)
	assert.Equal(t, "tag", result.Tag)
	assert.Empty(t, pool.Poison().Tasks)
	_, err = pool.Rerun(within(t, limit), list[0].ID)
	assert.ErrorIs(t, err, actors.ErrNotSetAside)
	assert.Equal(t, runtime.PoolOutcomes{Submitted: 4, Done: 1, Poison: 2, Other: 1}, pool.Stats().Outcomes)
}

func TestEqualTasksRunOnce(t *testing.T) {
	pool, g, held := heldPool(t, runtime.PoolSpec{})
	log := filepath.Join(t.TempDir(), "log")
	same := actors.Task{Payload: []byte("note " + log + " ran"), ID: "same"}
	ctx, cancel := context.WithCancel(within(t, limit))
	first := submit(ctx, pool, same)
	queued(t, pool, 1)
	var others []<-chan outcome
	for range 9 {
		others = append(others, submit(within(t, limit), pool, same))
	}
	require.Eventually(t, func() bool { return pool.Stats().Outcomes.Submitted == 11 }, limit, soon)
	assert.Equal(t, 1, pool.Stats().Queued)
	cancel()
	o := receive(t, first)
	var cancelled *actors.CancelledError
	require.ErrorAs(t, o.err, &cancelled)
	assert.Equal(t, actors.StageQueue, cancelled.Stage)
	g.open()
	assert.NoError(t, receive(t, held).err)
	for _, answer := range others {
		o := receive(t, answer)
		assert.NoError(t, o.err)
		assert.Equal(t, same.Payload, o.Payload)
	}
	assert.Equal(t, []string{"ran"}, lines(t, log))
}

// TestEveryTaskOfAllKindsIsAnsweredOnce: killed workers, callers that leave,
// clocks, equal tasks, repeats and poison, and a drain amid all that.
func TestEveryTaskOfAllKindsIsAnsweredOnce(t *testing.T) {
	const callers = 32
	pool := startPool(t, newRuntime(t, runtime.Options{}), runtime.PoolSpec{
		Name: "fate", Command: command(t, "worker"), Size: 3, Prefetch: 4, QueueLimit: callers / 2, MaxAttempts: 2,
		RepeatBackoff: runtime.RepeatBackoff{Min: time.Millisecond, Max: 5 * time.Millisecond},
		CancelGrace:   time.Second,
	})
	stop, killed := make(chan struct{}), make(chan int)
	go killSometimes(pool, stop, killed)
	var all sync.WaitGroup
	var mu sync.Mutex
	kinds, submitted := map[string]int{}, uint64(0)
	for i := range callers {
		all.Go(func() {
			random := rand.New(rand.NewPCG(uint64(i), 1))
			for range fewer(500) {
				ctx, cancel := context.WithCancel(context.Background())
				leave := time.AfterFunc(time.Duration(random.IntN(20))*time.Millisecond, cancel)
				task := randomTask(random)
				result, err := pool.Submit(ctx, task)
				leave.Stop()
				cancel()
				mu.Lock()
				kinds[kind(t, task, result, err)]++
				submitted++
				mu.Unlock()
			}
		})
	}
	all.Wait()
	close(stop)
	kills := receive(t, killed)
	require.NoError(t, pool.Drain(within(t, limit)))
	t.Logf("%d kills; %v", kills, kinds)
	assert.Equal(t, uint64(callers*fewer(500)), submitted)
	o := pool.Stats().Outcomes
	assert.Equal(t, submitted-uint64(kinds["cancelled at the door"]), o.Submitted)
	sum := o.Done + o.Failed + o.QueueFull + o.PushedOut + o.LateInQueue + o.LateInStart + o.LateInRun +
		o.Cancelled + o.WorkerExited + o.Poison + o.Stopping + o.Other
	assert.Equal(t, o.Submitted, sum, "%+v", o)
	assert.Equal(t, uint64(kinds["done"]), o.Done)
	assert.Equal(t, uint64(kinds["poison"]), o.Poison)
	stats := pool.Stats()
	assert.Zero(t, stats.Queued+stats.Held)
}

func randomTask(random *rand.Rand) actors.Task {
	some := func(n int) time.Duration { return time.Duration(max(0, random.IntN(2*n)-n)) * time.Millisecond }
	task := actors.Task{Payload: []byte("echo"), Repeatable: random.IntN(2) == 0}
	if random.IntN(2) == 0 {
		task.Timeout, task.QueueTimeout, task.StartTimeout = some(20), some(10), some(10)
	}
	switch random.IntN(50) {
	case 0:
		task.Payload = []byte("die")
	case 1:
		task.Payload = []byte("fail on purpose")
	}
	if random.IntN(4) == 0 {
		task.ID = string(task.Payload) + fmt.Sprint(task.Repeatable, random.IntN(2))
	}
	return task
}

// kind names an answer, and checks what it says.
func kind(t *testing.T, task actors.Task, result actors.Result, err error) string {
	var late *actors.TaskTimeoutError
	var cancelled *actors.CancelledError
	assert.Equal(t, err, result.Err)
	switch {
	case err == nil:
		assert.Equal(t, task.Payload, result.Payload)
		return "done"
	case errors.As(err, &late):
		assert.Positive(t, late.Limit)
		return "late " + late.Stage.String()
	case errors.As(err, &cancelled):
		return "cancelled " + cancelled.Stage.String()
	case errors.Is(err, actors.ErrPoison):
		assert.True(t, task.Repeatable)
		return "poison"
	}
	for name, want := range map[string]error{
		"exited": actors.ErrWorkerExited, "full": actors.ErrQueueFull, "failed": actors.ErrTaskFailed,
	} {
		if errors.Is(err, want) {
			return name
		}
	}
	assert.Fail(t, "an answer of another kind", "%v", err)
	return "other"
}

// killSometimes kills a worker that takes tasks now and then, until stop.
func killSometimes(pool *runtime.Pool, stop <-chan struct{}, killed chan<- int) {
	ticker := time.NewTicker(20 * time.Millisecond)
	defer ticker.Stop()
	for kills := 0; ; {
		select {
		case <-stop:
			killed <- kills
			return
		case <-ticker.C:
		}
		for _, w := range pool.Stats().Workers {
			if w.Ready && w.PID > 0 && rand.IntN(3) == 0 {
				kill(w.PID, syscall.SIGKILL)
				kills++
			}
		}
	}
}
