package tests

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"brood/actors"
	"brood/runtime"
)

// notes are tasks that leave their names in a file, so that a test sees in which
// order they ran.
type notes struct {
	t       *testing.T
	pool    *runtime.Pool
	log     string
	answers []<-chan outcome
}

func (n *notes) submit(name string, task actors.Task) {
	n.t.Helper()
	before := n.pool.Stats().Queued
	task.Payload = fmt.Appendf(nil, "note %s %s", n.log, name)
	n.answers = append(n.answers, submit(within(n.t, limit), n.pool, task))
	queued(n.t, n.pool, before+1)
}

func (n *notes) all() []string {
	for _, answer := range n.answers {
		assert.NoError(n.t, receive(n.t, answer).err)
	}
	return lines(n.t, n.log)
}

func TestOrderOfAPool(t *testing.T) {
	rt := newRuntime(t, runtime.Options{})
	for name, c := range map[string]struct {
		order runtime.Order
		tasks []actors.Task // submitted in this order, named by their number
		want  []string
	}{
		"priorities": {
			tasks: []actors.Task{{Priority: -1}, {}, {Priority: 5}, {}, {Priority: 5}},
			want:  []string{"2", "4", "1", "3", "0"},
		},
		"ageing": { // two steps are worth two nanoseconds
			order: runtime.Order{Ageing: 1},
			tasks: []actors.Task{{}, {Priority: 2}, {Priority: 1}},
			want:  []string{"0", "1", "2"},
		},
		"fair": {
			order: runtime.Order{Fair: true},
			tasks: []actors.Task{{Key: "a"}, {Key: "a"}, {Key: "a"}, {Key: "b"}, {Key: "c"}, {Key: "b", Priority: 1}},
			want:  []string{"0", "5", "4", "1", "3", "2"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			pool, g, held := heldPoolOf(t, rt, runtime.PoolSpec{Order: c.order, Prefetch: 1})
			n := &notes{t: t, pool: pool, log: filepath.Join(t.TempDir(), "log")}
			for i, task := range c.tasks {
				n.submit(fmt.Sprint(i), task)
			}
			g.open()
			assert.Equal(t, c.want, n.all())
			assert.NoError(t, receive(t, held).err)
		})
	}
}

func atDoor(t *testing.T, pool *runtime.Pool, n int) {
	t.Helper()
	require.Eventually(t, func() bool { return pool.Stats().AtDoor == n }, limit, soon, "%d tasks at the door", n)
}

func TestPoolThatIsFull(t *testing.T) {
	rt := newRuntime(t, runtime.Options{})
	for name, test := range map[string]func(*testing.T, *runtime.Runtime){
		"Submit waits for room":                    submitWaitsForRoom,
		"Drain sends those at the door away":       drainSendsAway,
		"the oldest is pushed out":                 oldestIsPushedOut,
		"a key's limit counts what workers are at": keyLimitCounts,
	} {
		t.Run(name, func(t *testing.T) { test(t, rt) })
	}
}

func submitWaitsForRoom(t *testing.T, rt *runtime.Runtime) {
	pool, g, held := heldPoolOf(t, rt, runtime.PoolSpec{QueueLimit: 1, WhenFull: runtime.Wait, Prefetch: 1})
	n := &notes{t: t, pool: pool, log: filepath.Join(t.TempDir(), "log")}
	n.submit("0", actors.Task{})
	var want = []string{"0"}
	for i := 1; i <= 5; i++ {
		payload := fmt.Appendf(nil, "note %s %d", n.log, i)
		n.answers = append(n.answers, submit(within(t, limit), pool, actors.Task{Payload: payload}))
		atDoor(t, pool, i)
		want = append(want, fmt.Sprint(i))
	}
	ctx, cancel := context.WithCancelCause(within(t, limit))
	leaves := submit(ctx, pool, actors.Task{Payload: []byte("note " + n.log + " cancelled")})
	atDoor(t, pool, 6)
	gone := errors.New("gone")
	cancel(gone)
	assert.ErrorIs(t, receive(t, leaves).err, gone)
	_, err := pool.Submit(within(t, limit), actors.Task{Timeout: 20 * time.Millisecond})
	assert.ErrorIs(t, err, actors.ErrTaskTimeout)
	atDoor(t, pool, 5)
	g.open()
	assert.Equal(t, want, n.all())
	assert.NoError(t, receive(t, held).err)
}

func drainSendsAway(t *testing.T, rt *runtime.Runtime) {
	pool, g, held := heldPoolOf(t, rt, runtime.PoolSpec{QueueLimit: 1, WhenFull: runtime.Wait, Prefetch: 1})
	inside := submit(within(t, limit), pool, actors.Task{})
	queued(t, pool, 1)
	outside := submit(within(t, limit), pool, actors.Task{})
	atDoor(t, pool, 1)
	drained := make(chan error, 1)
	go func() { drained <- pool.Drain(within(t, limit)) }()
	assert.ErrorIs(t, receive(t, outside).err, actors.ErrStopping)
	g.open()
	assert.NoError(t, receive(t, drained))
	assert.NoError(t, receive(t, inside).err)
	assert.NoError(t, receive(t, held).err)
}

func oldestIsPushedOut(t *testing.T, rt *runtime.Runtime) {
	pool, g, held := heldPoolOf(t, rt, runtime.PoolSpec{QueueLimit: 2, WhenFull: runtime.PushOut, Prefetch: 1})
	n := &notes{t: t, pool: pool, log: filepath.Join(t.TempDir(), "log")}
	oldest := submit(within(t, limit), pool, actors.Task{Payload: []byte("note " + n.log + " oldest")})
	queued(t, pool, 1)
	n.submit("second", actors.Task{})
	newest := submit(within(t, limit), pool, actors.Task{Payload: []byte("note " + n.log + " newest")})
	o := receive(t, oldest)
	assert.ErrorIs(t, o.err, actors.ErrPushedOut)
	assert.Zero(t, o.Attempts)
	g.open()
	n.answers = append(n.answers, newest, held)
	assert.Equal(t, []string{"second", "newest"}, n.all())
}

// A task that was given up counts for its key as long as its worker is at it.
func keyLimitCounts(t *testing.T, rt *runtime.Runtime) {
	pool := startPool(t, rt, runtime.PoolSpec{
		Command: command(t, "worker"), Size: 2, Prefetch: 1, Order: runtime.Order{KeyLimit: 1},
	})
	g := newGate(t)
	ctx, cancel := context.WithCancel(within(t, limit))
	stubborn := submit(ctx, pool, actors.Task{Key: "a", Payload: []byte("hold-on " + g.path)})
	g.reached(t)
	second := submit(within(t, limit), pool, actors.Task{Key: "a"})
	queued(t, pool, 1)
	_, err := pool.Submit(within(t, limit), actors.Task{Key: "b"})
	assert.NoError(t, err, "another key passes")
	cancel()
	assert.ErrorIs(t, receive(t, stubborn).err, context.Canceled)
	_, err = pool.Submit(within(t, limit), actors.Task{Key: "b"})
	assert.NoError(t, err)
	assert.Equal(t, 1, pool.Stats().Queued, "its worker is still at it")
	g.open()
	assert.NoError(t, receive(t, second).err)

	for range 2 { // one that the wire does not take is not held
		_, err = pool.Submit(within(t, limit), actors.Task{Key: "c", Payload: make([]byte, 5<<20)})
		assert.ErrorIs(t, err, actors.ErrTooLarge)
	}
}

// Keys at their limits, workers killed at random: all is answered, and nothing
// stays blocked.
func TestKeysOutliveKilledWorkers(t *testing.T) {
	pool := startPool(t, newRuntime(t, runtime.Options{}), runtime.PoolSpec{
		Command: command(t, "worker"), Size: 3, Prefetch: 2, MaxAttempts: 1 << 20,
		WhenFull: runtime.Wait, QueueLimit: 8, Order: runtime.Order{KeyLimit: 1, Sticky: true, Fair: true},
	})
	var answers []<-chan outcome
	for i := range fewer(300) {
		task := actors.Task{Key: fmt.Sprint(i % 7), Repeatable: true, Payload: fmt.Append(nil, i)}
		answers = append(answers, submit(within(t, limit), pool, task))
		if i%50 == 25 {
			kill(pool.Stats().Workers[i%3].PID, syscall.SIGKILL)
		}
	}
	for _, answer := range answers {
		assert.NoError(t, receive(t, answer).err)
	}
	require.Eventually(t, func() bool {
		s := pool.Stats()
		return s.Queued+s.Held+s.AtDoor == 0
	}, limit, soon)
}

func TestStickyKeysStayWithTheirWorkers(t *testing.T) {
	pool := startPool(t, newRuntime(t, runtime.Options{}), runtime.PoolSpec{
		Command: command(t, "worker"), Size: 3, Prefetch: 1, Order: runtime.Order{Sticky: true},
	})
	workers := map[string]int{}
	for round := range 3 {
		for i := range 12 {
			key := fmt.Sprint(i)
			result, err := pool.Submit(within(t, limit), actors.Task{Key: key})
			require.NoError(t, err)
			if round > 0 {
				assert.Equal(t, workers[key], result.Worker, "key %s", key)
			}
			workers[key] = result.Worker
		}
	}
	counts := map[int]int{}
	for _, worker := range workers {
		counts[worker]++
	}
	assert.Len(t, counts, 3, "the keys are spread: %v", counts)

	gone := workers["0"]
	before := restarts(pool)
	kill(gone, syscall.SIGKILL)
	restarted(t, pool, before+1)
	for key, worker := range workers {
		result, err := pool.Submit(within(t, limit), actors.Task{Key: key})
		require.NoError(t, err)
		if worker == gone {
			assert.NotEqual(t, gone, result.Worker)
		} else {
			assert.Equal(t, worker, result.Worker, "those of others stay")
		}
	}
}
