package tests

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"brood/actors"
	"brood/runtime"
)

// heldPool starts a pool of one worker and lets it hold a task until the gate
// opens.
func heldPool(t *testing.T, spec runtime.PoolSpec) (*runtime.Pool, *gate, <-chan outcome) {
	t.Helper()
	return heldPoolOf(t, newRuntime(t, runtime.Options{}), spec)
}

func heldPoolOf(t *testing.T, rt *runtime.Runtime, spec runtime.PoolSpec) (*runtime.Pool, *gate, <-chan outcome) {
	t.Helper()
	spec.Command, spec.Size = command(t, "worker"), 1
	pool := startPool(t, rt, spec)
	g := newGate(t)
	held := submit(within(t, limit), pool, actors.Task{Payload: []byte("hold " + g.path)})
	g.reached(t)
	return pool, g, held
}

func queued(t *testing.T, pool *runtime.Pool, n int) {
	t.Helper()
	require.Eventually(t, func() bool { return pool.Stats().Queued == n }, limit, soon, "%d tasks in the queue", n)
}

func TestQueueRefusesWhenFull(t *testing.T) {
	pool, g, held := heldPool(t, runtime.PoolSpec{QueueLimit: 2})
	waiting := []<-chan outcome{
		submit(within(t, limit), pool, actors.Task{Payload: []byte("a")}),
		submit(within(t, limit), pool, actors.Task{Payload: []byte("b")}),
	}
	queued(t, pool, 2)
	result, err := pool.Submit(within(t, limit), actors.Task{Payload: []byte("c"), Tag: "tag"})
	assert.ErrorIs(t, err, actors.ErrQueueFull)
	assert.Equal(t, actors.Result{Err: err, Tag: "tag"}, result)
	g.open()
	for _, answer := range append(waiting, held) {
		assert.NoError(t, receive(t, answer).err)
	}
	_, err = pool.Submit(within(t, limit), actors.Task{Payload: []byte("d")})
	assert.NoError(t, err, "there is room again")
}

func TestQueueIsFirstInFirstOut(t *testing.T) {
	pool, g, held := heldPool(t, runtime.PoolSpec{})
	log := filepath.Join(t.TempDir(), "log")
	answers := []<-chan outcome{held}
	var want []string
	for i := range 20 {
		want = append(want, fmt.Sprint(i))
		task := actors.Task{Payload: fmt.Appendf(nil, "note %s %d", log, i)}
		answers = append(answers, submit(within(t, limit), pool, task))
		queued(t, pool, i+1)
	}
	g.open()
	for _, answer := range answers {
		assert.NoError(t, receive(t, answer).err)
	}
	assert.Equal(t, want, lines(t, log))
}

func TestTaskEndsEarlyInTheQueue(t *testing.T) {
	cause := errors.New("not wanted any more")
	for name, test := range map[string]struct {
		end  func(context.Context) (context.Context, func())
		task actors.Task
		want error
	}{
		"cancelled": {end: func(ctx context.Context) (context.Context, func()) {
			ctx, cancel := context.WithCancelCause(ctx)
			return ctx, func() { cancel(cause) }
		}, want: cause},
		"deadline": {end: func(ctx context.Context) (context.Context, func()) {
			ctx, cancel := context.WithTimeout(ctx, 50*time.Millisecond)
			return ctx, func() { <-ctx.Done(); cancel() }
		}, want: context.DeadlineExceeded},
		"timeout": {end: func(ctx context.Context) (context.Context, func()) { return ctx, func() {} },
			task: actors.Task{Timeout: 50 * time.Millisecond}, want: actors.ErrTaskTimeout},
	} {
		t.Run(name, func(t *testing.T) {
			pool, g, held := heldPool(t, runtime.PoolSpec{})
			log := filepath.Join(t.TempDir(), "log")
			ctx, end := test.end(within(t, limit))
			test.task.Payload = []byte("note " + log + " ran")
			answer := submit(ctx, pool, test.task)
			if name == "cancelled" {
				queued(t, pool, 1)
			}
			end()
			o := receive(t, answer)
			assert.ErrorIs(t, o.err, test.want)
			assert.Zero(t, o.Attempts)
			queued(t, pool, 0)
			g.open()
			assert.NoError(t, receive(t, held).err)
			_, err := pool.Submit(within(t, limit), actors.Task{})
			assert.NoError(t, err)
			assert.Empty(t, lines(t, log), "it never ran")
		})
	}
}

func TestTaskEndsEarlyAtItsWorker(t *testing.T) {
	for _, verb := range []string{"hold", "hold-on"} { // one follows a cancel, one does not
		for _, timeout := range []time.Duration{0, 50 * time.Millisecond} {
			t.Run(fmt.Sprintf("%s/timeout=%s", verb, timeout), func(t *testing.T) {
				pool := startPool(t, newRuntime(t, runtime.Options{}), runtime.PoolSpec{
					Command: command(t, "worker"), Size: 1, CancelGrace: 100 * time.Millisecond,
				})
				pid := allReady(t, pool, 1)[0]
				g := newGate(t)
				ctx, cancel := context.WithCancel(within(t, limit))
				answer := submit(ctx, pool, actors.Task{Payload: []byte(verb + " " + g.path), Timeout: timeout})
				want := error(actors.ErrTaskTimeout)
				if timeout == 0 {
					g.reached(t)
					want = context.Canceled
					cancel()
				}
				o := receive(t, answer)
				cancel()
				assert.ErrorIs(t, o.err, want)
				assert.LessOrEqual(t, o.Attempts, 1, "none if the worker had not begun it")

				next, err := pool.Submit(within(t, limit), actors.Task{Payload: []byte("next")})
				require.NoError(t, err)
				if verb == "hold" {
					assert.Equal(t, pid, next.Worker, "it followed and stays")
				} else {
					assert.NotEqual(t, pid, next.Worker, "it did not and is replaced")
				}
			})
		}
	}
}

func TestSubmitWithEndedContext(t *testing.T) {
	pool := startPool(t, newRuntime(t, runtime.Options{}), runtime.PoolSpec{Command: command(t, "worker"), Size: 1})
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	_, err := pool.Submit(ctx, actors.Task{})
	assert.ErrorIs(t, err, context.Canceled)
}

func TestHandlerError(t *testing.T) {
	pool := startPool(t, newRuntime(t, runtime.Options{}), runtime.PoolSpec{Command: command(t, "worker"), Size: 1})
	_, err := pool.Submit(within(t, limit), actors.Task{Payload: []byte("fail no such cheese")})
	assert.ErrorIs(t, err, actors.ErrTaskFailed)
	assert.Equal(t, &actors.TaskError{Message: "no such cheese"}, err)
}

func TestTaskTooLarge(t *testing.T) {
	pool := startPool(t, newRuntime(t, runtime.Options{}), runtime.PoolSpec{Command: command(t, "worker"), Size: 1})
	o := receive(t, submit(within(t, limit), pool, actors.Task{Payload: make([]byte, 5<<20)}))
	assert.ErrorIs(t, o.err, actors.ErrTooLarge)
	assert.Zero(t, o.Attempts)
	_, err := pool.Submit(within(t, limit), actors.Task{})
	assert.NoError(t, err)
}

func TestDrain(t *testing.T) {
	pool, g, held := heldPool(t, runtime.PoolSpec{})
	waiting := submit(within(t, limit), pool, actors.Task{Payload: []byte("waits")})
	queued(t, pool, 1)
	err := pool.Drain(within(t, 50*time.Millisecond))
	assert.ErrorIs(t, err, context.DeadlineExceeded)
	assert.ErrorContains(t, err, "1 tasks queued, 1 held")
	_, err = pool.Submit(within(t, limit), actors.Task{})
	assert.ErrorIs(t, err, actors.ErrStopping)

	drained := make(chan error, 1)
	go func() { drained <- pool.Drain(within(t, limit)) }()
	g.open()
	assert.NoError(t, receive(t, drained))
	assert.NoError(t, receive(t, held).err)
	assert.NoError(t, receive(t, waiting).err)
}
