package pool

import (
	"context"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"brood/actors"
	"brood/actors/process"
)

// audience is a context that counts who wants to be audience of its end.
type audience struct {
	context.Context
	listeners, total atomic.Int32
}

func (c *audience) AfterFunc(f func()) func() bool {
	c.listeners.Add(1)
	c.total.Add(1)
	stop := context.AfterFunc(c.Context, func() {
		c.listeners.Add(-1)
		f()
	})
	return func() bool {
		stopped := stop()
		if stopped {
			c.listeners.Add(-1)
		}
		return stopped
	}
}

// Value hides that it wraps a context of package context, which would go past
// AfterFunc, and the cause.
func (c *audience) Value(any) any { return nil }

func shared(t *testing.T) (*audience, context.CancelFunc) {
	ctx, cancel := context.WithCancel(t.Context())
	return &audience{Context: ctx}, cancel
}

// serve submits n tasks one after another, which the member answers.
func (h *hall) serve(ctx context.Context, n int) {
	h.t.Helper()
	for range n {
		answer := h.submit(ctx, task("quick"))
		h.seats[0].answer(h.seats[0].holds("quick"), "")
		require.NoError(h.t, receive(h.t, answer).Err)
	}
}

// crowd submits n tasks that are under way together.
func (h *hall) crowd(ctx context.Context, n int) []<-chan actors.Result {
	answers := make([]<-chan actors.Result, n)
	for i := range answers {
		answers[i] = h.submit(ctx, task("slow"))
	}
	return answers
}

func TestSharedContextIsWatchedOnce(t *testing.T) {
	h := open(t, Spec{Size: 1, Prefetch: 1})
	h.seats[0].begin()
	ctx, end := shared(t)
	h.serve(ctx, 2*considerEvery)
	require.EqualValues(t, 1, ctx.total.Load())
	answers := h.crowd(ctx, 10)
	running := h.seats[0].holds("slow")
	assert.Equal(t, 10, len(h.awaited()))

	end()
	cancel := receive(t, h.seats[0].cancels)
	assert.Same(t, running, cancel.Call)
	require.Eventually(t, func() bool { return h.total() == 1 }, 20*time.Second, time.Millisecond)
	h.seats[0].answer(running, "in spite of all")
	inQueue := 0
	for _, answer := range answers {
		result := receive(t, answer)
		if result.Err == nil {
			continue
		}
		var cancelled *actors.CancelledError
		require.ErrorAs(t, result.Err, &cancelled)
		assert.Equal(t, actors.CancelledError{Stage: actors.StageQueue, Err: context.Canceled}, *cancelled)
		inQueue++
	}
	assert.Equal(t, 9, inQueue)
	assert.EqualValues(t, 1, ctx.total.Load())
}

// awaited lists the calls that the client's watch would cancel.
func (h *hall) awaited() (calls []*process.Call) {
	w := h.client.callers.watch.Load()
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, c := range w.calls {
		if c.state.Load() == awaited {
			calls = append(calls, c.call)
		}
	}
	return calls
}

func TestContextsThatAreNotSharedAreNotWatched(t *testing.T) {
	h := open(t, Spec{Size: 1, Prefetch: 1})
	h.seats[0].begin()
	for range 4 * considerEvery {
		ctx, end := shared(t)
		h.serve(ctx, 1)
		require.Zero(t, ctx.total.Load())
		end()
	}
	h.serve(context.WithoutCancel(t.Context()), 4*considerEvery) // has no end
	assert.Nil(t, h.client.callers.watch.Load())
}

func TestWatchThatIsInUseStays(t *testing.T) {
	h := open(t, Spec{Size: 1, Prefetch: 2})
	h.seats[0].begin()
	first, end := shared(t)
	h.serve(first, 2*considerEvery)
	answers := h.crowd(first, 1)
	slow := h.seats[0].holds("slow")

	second, _ := shared(t)
	h.serve(second, 4*considerEvery)
	assert.Zero(t, second.total.Load())
	require.EqualValues(t, 1, first.listeners.Load())
	end()
	assert.Same(t, slow, receive(t, h.seats[0].cancels).Call)
	h.seats[0].answer(slow, "")
	require.NoError(t, receive(t, answers[0]).Err)

	h.serve(second, 4*considerEvery)
	assert.EqualValues(t, 1, second.listeners.Load(), "nobody waits by the first any more")
	assert.Zero(t, first.listeners.Load())
}

func TestWatchThatHasGivenUpIsNotReliedOn(t *testing.T) {
	h := open(t, Spec{Size: 1, Prefetch: 1})
	h.seats[0].begin()
	ctx, end := shared(t)
	h.serve(ctx, 2*considerEvery)
	w := h.client.callers.watch.Load()
	require.True(t, w.giveUp()) // as when it is about to be replaced

	answers := h.crowd(ctx, 1)
	h.seats[0].holds("slow")
	assert.Empty(t, h.awaited())
	end()
	cancel := receive(t, h.seats[0].cancels)
	cancel.Call.Answer(h.system, actors.Result{Err: cancel.Err})
	assert.ErrorIs(t, receive(t, answers[0]).Err, context.Canceled)
}

func TestCallThatWasCancelledIsNotUsedAgain(t *testing.T) {
	h := open(t, Spec{Size: 1, Prefetch: 1})
	h.seats[0].begin()
	ctx, end := shared(t)
	h.serve(ctx, 2*considerEvery)
	answers := h.crowd(ctx, 1)
	first := h.seats[0].holds("slow")
	end()
	receive(t, h.seats[0].cancels)
	h.seats[0].answer(first, "")
	receive(t, answers[0])
	for range 2 * considerEvery {
		answer := h.submit(t.Context(), task("next"))
		next := h.seats[0].holds("next")
		require.NotSame(t, first, next)
		h.seats[0].answer(next, "")
		receive(t, answer)
	}
}

func TestWatchSweepsOutIdleCalls(t *testing.T) {
	ctx, end := context.WithCancel(t.Context())
	cancelled := make(chan *process.Call, 1)
	w := watchContext(ctx, func(call *process.Call) { cancelled <- call })
	kept := &caller{call: new(process.Call)}
	w.enter(kept)
	idler := &caller{call: new(process.Call)}
	require.True(t, w.enter(idler).leave())
	for range 100 * fewCalls {
		require.True(t, w.enter(&caller{call: new(process.Call)}).leave())
		require.LessOrEqual(t, len(w.calls), fewCalls)
	}
	former := idler.watched
	require.NotSame(t, former, w.enter(idler), "it was swept out")
	require.True(t, idler.watched.leave())
	end()
	assert.Same(t, kept.call, receive(t, cancelled))
	assert.False(t, kept.watched.leave())
}

func TestClientThatIsNotUsedAnyMoreWatchesNothing(t *testing.T) {
	h := open(t, Spec{Size: 1, Prefetch: 1})
	h.seats[0].begin()
	ctx, _ := shared(t)
	h.serve(ctx, 2*considerEvery)
	require.EqualValues(t, 1, ctx.listeners.Load())
	h.client = nil
	require.Eventually(t, func() bool {
		runtime.GC()
		return ctx.listeners.Load() == 0
	}, 20*time.Second, time.Millisecond)
}

// TestWatchesAtRandom has callers of contexts that end, are shared and are replaced
// all the time: no call is lost, and none is cancelled whose context goes on.
func TestWatchesAtRandom(t *testing.T) {
	h := open(t, Spec{Size: 1, Prefetch: 8, QueueLimit: 1 << 10})
	s := h.seats[0]
	s.begin()
	stop := make(chan struct{})
	var member sync.WaitGroup
	member.Go(func() { // answers most, and the rest when they are cancelled
		n := 0
		for {
			select {
			case call := <-s.calls:
				if n++; n%8 != 0 {
					s.answer(call, "")
				}
			case m := <-s.cancels:
				if m.Call.AnswerAt(h.system, m.Epoch, actors.Result{Err: m.Err}) {
					s.free()
				}
			case <-stop:
				return
			}
		}
	})
	var callers sync.WaitGroup
	for g := range 4 { // groups, each with a context after another
		callers.Go(func() {
			for round := range 60 {
				cause := &round
				ctx, end := context.WithCancelCause(context.Background())
				var group sync.WaitGroup
				for range 8 {
					group.Go(func() {
						for ctx.Err() == nil {
							_, err := h.client.Submit(ctx, task("x"))
							var cancelled *actors.CancelledError
							if err != nil && assert.ErrorAs(t, err, &cancelled) {
								assert.Equal(t, roundError{g, cause}, cancelled.Err)
								assert.Error(t, ctx.Err())
							}
						}
					})
				}
				for range 20 * (g + 1) {
					runtime.Gosched()
				}
				time.AfterFunc(time.Duration(1+round%5)*time.Millisecond, func() { end(roundError{g, cause}) })
				group.Wait()
			}
		})
	}
	callers.Wait()
	close(stop)
	member.Wait()
}

type roundError struct {
	group int
	round *int
}

func (roundError) Error() string { return "the round is over" }
