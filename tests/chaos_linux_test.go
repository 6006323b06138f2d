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

const (
	chaosCallers = 64
	chaosPool    = 4
	chaosEvery   = 20 * time.Millisecond
)

func chaosTasks() int { return fewer(10_000) }

// TestChaosEveryTaskIsAnsweredOnce kills workers at random while they work.
func TestChaosEveryTaskIsAnsweredOnce(t *testing.T) {
	for _, slots := range []int{1, 8} {
		t.Run(fmt.Sprintf("%d slots", slots), func(t *testing.T) {
			c := startChaos(t, slots)
			c.submitAll(within(t, 2*limit))
			c.stopKilling()
			t.Logf("%d kills; %s", c.kills, c.tally())

			c.checkAnswers(t)
			for id, o := range c.outcomes {
				if repeatable(id) {
					assert.NoError(t, o.err, "task %d", id)
					continue
				}
				if o.err != nil {
					assert.ErrorIs(t, o.err, actors.ErrWorkerExited, "task %d", id)
				}
			}
			assert.Greater(t, c.kills, 3, "else there was no chaos")
			allReady(t, c.pool, chaosPool)
			stats := c.pool.Stats()
			assert.Zero(t, stats.Queued)
			assert.Zero(t, stats.Held)
		})
	}
}

// TestShutdownAmidChaos does the same and shuts down before all is done.
func TestShutdownAmidChaos(t *testing.T) {
	c := startChaos(t, 4)
	all := make(chan struct{})
	go func() {
		defer close(all)
		c.submitAll(context.Background())
	}()
	require.Eventually(t, func() bool { return len(lines(t, c.log)) > chaosTasks()/4 }, limit, soon)

	t.Logf("shutdown: %v", shutdown(t, c.rt, 3*time.Second))
	receive(t, all)
	c.stopKilling()
	t.Logf("%d kills; %s", c.kills, c.tally())
	c.checkAnswers(t)
	noChildren(t)
}

// chaos is a pool whose workers are killed, and what became of its tasks.
type chaos struct {
	rt    *runtime.Runtime
	pool  *runtime.Pool
	log   string // the ids of tasks that a worker began
	kills int
	stop  chan struct{}
	ended chan struct{}

	mu       sync.Mutex
	outcomes map[int]outcome
	answers  int
}

func startChaos(t *testing.T, slots int) *chaos {
	c := &chaos{
		rt:       newRuntime(t, runtime.Options{}),
		log:      filepath.Join(t.TempDir(), "log"),
		stop:     make(chan struct{}),
		ended:    make(chan struct{}),
		outcomes: map[int]outcome{},
	}
	require.NoError(t, os.WriteFile(c.log, nil, 0o600))
	c.pool = startPool(t, c.rt, runtime.PoolSpec{
		Name: "chaos", Command: command(t, "logger", c.log), Size: chaosPool, Prefetch: slots,
		QueueLimit: chaosCallers, MaxAttempts: 1000, Grace: time.Second,
	})
	go c.keepKilling()
	t.Cleanup(c.stopKilling)
	return c
}

func (c *chaos) stopKilling() {
	select {
	case <-c.stop:
	default:
		close(c.stop)
	}
	<-c.ended
}

// keepKilling kills a worker at random that takes tasks: one that is still
// starting would never get to.
func (c *chaos) keepKilling() {
	defer close(c.ended)
	ticker := time.NewTicker(chaosEvery)
	defer ticker.Stop()
	for {
		select {
		case <-c.stop:
			return
		case <-ticker.C:
		}
		var ready []int
		for _, w := range c.pool.Stats().Workers {
			if w.Ready {
				ready = append(ready, w.PID)
			}
		}
		if len(ready) > 0 {
			kill(ready[rand.IntN(len(ready))], syscall.SIGKILL)
			c.kills++
		}
	}
}

func repeatable(id int) bool { return id%2 == 0 }

// submitAll submits every task once, by many goroutines, and notes the answers.
func (c *chaos) submitAll(ctx context.Context) {
	ids := make(chan int)
	var callers sync.WaitGroup
	for range chaosCallers {
		callers.Go(func() {
			for id := range ids {
				task := actors.Task{Payload: fmt.Appendf(nil, "%d", id), Repeatable: repeatable(id), Tag: id}
				result, err := c.pool.Submit(ctx, task)
				c.mu.Lock()
				c.answers++
				c.outcomes[id] = outcome{result, err}
				c.mu.Unlock()
			}
		})
	}
	for id := range chaosTasks() {
		ids <- id
	}
	close(ids)
	callers.Wait()
}

// tally counts the answers by kind.
func (c *chaos) tally() string {
	kinds := map[string]int{}
	for _, o := range c.outcomes {
		var exited *actors.WorkerExitedError
		switch {
		case o.err == nil && o.Attempts > 1:
			kinds["ok after redelivery"]++
		case o.err == nil:
			kinds["ok"]++
		case errors.As(o.err, &exited):
			kinds[fmt.Sprintf("worker exited, may have run: %t", exited.MayHaveRun)]++
		default:
			kinds[o.err.Error()]++
		}
	}
	return fmt.Sprint(kinds)
}

// checkAnswers holds every answer against what the workers logged.
func (c *chaos) checkAnswers(t *testing.T) {
	t.Helper()
	assert.Equal(t, chaosTasks(), c.answers)
	require.Len(t, c.outcomes, chaosTasks())
	begun := map[string]int{}
	for _, id := range lines(t, c.log) {
		begun[id]++
	}
	for id, o := range c.outcomes {
		text := fmt.Sprint(id)
		c.checkAnswer(t, id, o, begun[text])
		delete(begun, text)
	}
	assert.Empty(t, begun, "begun without having been submitted")
}

func (c *chaos) checkAnswer(t *testing.T, id int, o outcome, begun int) {
	t.Helper()
	assert.Equal(t, id, o.Tag)
	if !repeatable(id) {
		assert.LessOrEqual(t, begun, 1, "task %d is not repeatable", id)
	}
	var exited *actors.WorkerExitedError
	switch {
	case o.err == nil:
		assert.Equal(t, fmt.Sprint(id), string(o.Payload))
		assert.GreaterOrEqual(t, begun, 1, "task %d was answered", id)
	case errors.As(o.err, &exited):
		if !exited.MayHaveRun {
			assert.Zero(t, begun, "task %d: %v", id, o.err)
		}
	case errors.Is(o.err, actors.ErrStopping), errors.Is(o.err, actors.ErrQueueFull):
		assert.Zero(t, begun, "task %d: %v (attempts %d)", id, o.err, o.Attempts)
	default:
		assert.Fail(t, "an answer of another kind", "task %d: %v", id, o.err)
	}
}
