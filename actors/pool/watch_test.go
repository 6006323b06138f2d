package pool

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"runtime"
	"slices"
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

// watchedHall is one whose client watches a context.
func watchedHall(t *testing.T, prefetch int) (*hall, *audience, context.CancelFunc) {
	h := open(t, Spec{Size: 1, Prefetch: prefetch})
	h.seats[0].begin()
	ctx, end := shared(t)
	h.serve(ctx, 2*considerEvery)
	require.EqualValues(t, 1, ctx.listeners.Load())
	return h, ctx, end
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
	h, ctx, end := watchedHall(t, 1)
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
	h, first, end := watchedHall(t, 2)
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
	h, ctx, end := watchedHall(t, 1)
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
	h, ctx, end := watchedHall(t, 1)
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
	h, ctx, _ := watchedHall(t, 1)
	h.client = nil
	require.Eventually(t, func() bool {
		runtime.GC()
		return ctx.listeners.Load() == 0
	}, 20*time.Second, time.Millisecond)
}

// TestWatchesAtRandom has groups of callers, each with one context after another, so
// that watches begin, end and give way all the time: each call has its own answer, or is
// cancelled for the end of its own context.
func TestWatchesAtRandom(t *testing.T) {
	h := open(t, Spec{Size: 1, Prefetch: 16, QueueLimit: 1 << 10})
	h.seats[0].begin()
	messages, stop := make(chan any, 1<<12), make(chan struct{})
	h.system.Root.Send(h.seats[0].pid, messages) // before the pool sends it anything
	var member sync.WaitGroup
	member.Go(func() { h.answerMost(messages, stop) })
	var groups sync.WaitGroup
	for g := range 2 {
		groups.Go(func() {
			for round := range 40 {
				h.round(roundError{g, round}, 8, int64(100+rand.IntN(500)))
			}
		})
	}
	done := make(chan struct{})
	go func() { groups.Wait(); close(done) }()
	receive(t, done)
	close(stop)
	member.Wait()
}

// answerMost answers calls, but keeps some for a while, or until they are cancelled.
func (h *hall) answerMost(messages <-chan any, stop <-chan struct{}) {
	s, n := h.seats[0], 0
	var kept []*process.Call
	for {
		select {
		case message := <-messages:
			switch m := message.(type) {
			case handed:
				n++
				if kept = append(kept, m.call); n%10 == 0 && len(kept) < 5 {
					continue
				}
				next := rand.IntN(len(kept))
				s.answer(kept[next], string(kept[next].Task.Payload))
				kept = slices.Delete(kept, next, next+1)
			case *process.Cancel:
				if i := slices.Index(kept, m.Call); i >= 0 {
					m.Call.Answer(h.system, actors.Result{Err: m.Err})
					kept = slices.Delete(kept, i, i+1)
					s.free()
				}
			}
		case <-stop:
			return
		}
	}
}

// round has callers share a context, which ends for that reason when they have made
// so many calls.
func (h *hall) round(reason error, callers int, calls int64) {
	ctx, end := context.WithCancelCause(context.Background())
	defer end(nil)
	var made atomic.Int64
	var all sync.WaitGroup
	for range callers {
		all.Go(func() {
			for ctx.Err() == nil {
				n := made.Add(1)
				if n == calls {
					end(reason)
				}
				payload := fmt.Sprint(reason, n)
				result, err := h.client.Submit(ctx, task(payload))
				var cancelled *actors.CancelledError
				if errors.As(err, &cancelled) {
					assert.Equal(h.t, reason, cancelled.Err)
					assert.Error(h.t, ctx.Err())
					continue
				}
				assert.NoError(h.t, err)
				assert.Equal(h.t, payload, string(result.Payload))
			}
		})
	}
	all.Wait()
}

type roundError struct{ group, round int }

func (e roundError) Error() string {
	return fmt.Sprintf("group %d, round %d is over", e.group, e.round)
}
