package pool

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"brood/actors"
	"brood/actors/process"
)

type answers struct {
	results []actors.Result
	err     error
}

// submitAll submits a batch and returns where its answers come.
func (h *hall) submitAll(ctx context.Context, payloads ...string) <-chan answers {
	tasks := make([]actors.Task, len(payloads))
	for i, payload := range payloads {
		tasks[i] = task(payload)
		tasks[i].Tag = i
	}
	done := make(chan answers, 1)
	go func() {
		results, err := h.client.SubmitAll(ctx, tasks)
		done <- answers{results, err}
	}()
	return done
}

func TestBatchIsAnsweredInItsOrder(t *testing.T) {
	h := open(t, Spec{Size: 2, Prefetch: 2})
	done := h.submitAll(t.Context(), "a", "b", "c")
	h.seats[0].begin()
	first, second := h.seats[0].holds("a"), h.seats[0].holds("b")
	h.seats[1].begin()
	third := h.seats[1].holds("c")
	h.seats[1].answer(third, "C")
	h.seats[0].answer(second, "B")
	select {
	case got := <-done:
		t.Fatalf("answered before its last task: %v", got)
	default:
	}
	h.seats[0].answer(first, "A")
	assert.Equal(t, answers{results: []actors.Result{
		{Payload: []byte("A"), Attempts: 1, Worker: 100, Tag: 0},
		{Payload: []byte("B"), Attempts: 1, Worker: 100, Tag: 1},
		{Payload: []byte("C"), Attempts: 1, Worker: 101, Tag: 2},
	}}, receive(t, done))
}

func TestBatchLargerThanTheQueueIsRefusedTaskByTask(t *testing.T) {
	h := open(t, Spec{Size: 1, QueueLimit: 2})
	done := h.submitAll(t.Context(), "a", "b", "c", "d")
	require.Eventually(t, func() bool { return h.total() == 2 }, 10*time.Second, time.Millisecond/10)
	h.seats[0].begin()
	h.seats[0].answer(h.seats[0].holds("a"), "A")
	h.seats[0].answer(h.seats[0].holds("b"), "B")
	got := receive(t, done)
	require.NoError(t, got.err)
	assert.NoError(t, got.results[0].Err)
	assert.NoError(t, got.results[1].Err)
	assert.ErrorIs(t, got.results[2].Err, actors.ErrQueueFull)
	assert.ErrorIs(t, got.results[3].Err, actors.ErrQueueFull)
}

func TestBatchWhoseContextEndsIsCancelled(t *testing.T) {
	h := open(t, Spec{Size: 1, Prefetch: 2})
	ctx, cancel := context.WithCancelCause(t.Context())
	done := h.submitAll(ctx, "a", "b", "c")
	h.seats[0].begin()
	answered, held := h.seats[0].holds("a"), h.seats[0].holds("b")
	h.seats[0].answer(answered, "A")
	h.seats[0].holds("c") // in the slot of a
	cause := errors.New("left")
	cancel(cause)
	for range 2 {
		told := receive(t, h.seats[0].cancels)
		told.Call.Answer(h.system, actors.Result{Err: told.Err})
	}
	got := receive(t, done)
	assert.ErrorIs(t, got.err, cause)
	assert.NoError(t, got.results[0].Err)
	assert.ErrorIs(t, got.results[1].Err, cause)
	assert.ErrorIs(t, got.results[2].Err, cause)
	assert.True(t, held.Answered())
}

func TestBatchWithAnEndedContextIsNotSubmitted(t *testing.T) {
	h := open(t, Spec{Size: 1})
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	got := receive(t, h.submitAll(ctx, "a"))
	assert.ErrorIs(t, got.err, context.Canceled)
	assert.ErrorIs(t, got.results[0].Err, context.Canceled)
	assert.Zero(t, h.total())
}

func TestEmptyBatch(t *testing.T) {
	h := open(t, Spec{Size: 1})
	assert.Equal(t, answers{results: []actors.Result{}}, receive(t, h.submitAll(t.Context())))
}

// What reaches the pool when it has ended is answered by what the mailbox is
// closed with.
func TestBatchAndItsCancelAfterThePoolsEnd(t *testing.T) {
	h := open(t, Spec{Size: 1})
	p := newPool(Spec{Size: 1})
	p.system = h.system
	for _, test := range []struct {
		message func(*process.Call) any
		want    error
	}{
		{func(c *process.Call) any { return &Batch{calls: []*process.Call{c}} }, actors.ErrStopping},
		{func(c *process.Call) any { return &CancelAll{calls: []*process.Call{c}, err: context.Canceled} }, context.Canceled},
	} {
		call := &process.Call{Done: make(chan actors.Result, 1)}
		p.reject(test.message(call))
		assert.ErrorIs(t, receive(t, call.Done).Err, test.want)
	}
}

// A Flow's slots and calls are used again, and each answer has the number of its
// own task.
func TestFlowNumbersItsCalls(t *testing.T) {
	h := open(t, Spec{Size: 1, Prefetch: 3})
	s := h.seats[0]
	s.begin()
	f := h.client.Flow(3)
	defer f.Close()
	got := map[int]string{}
	for sent := 0; len(got) < 20; {
		for ; f.Room() > 0 && sent < 20; sent++ {
			f.Add(t.Context(), 100+sent, task(fmt.Sprint(100+sent)))
		}
		f.Flush()
		call := receive(t, s.calls)
		s.answer(call, "re "+string(call.Task.Payload))
		answers, err := f.Take(t.Context(), 1)
		require.NoError(t, err)
		for _, a := range answers {
			got[a.N] = string(a.Result.Payload)
		}
	}
	for n, payload := range got {
		assert.Equal(t, fmt.Sprint("re ", n), payload)
	}
}

func TestClosedFlowLeavesNothing(t *testing.T) {
	h := open(t, Spec{Size: 1})
	f := h.client.Flow(4)
	f.Add(t.Context(), 0, task("a"))
	f.Flush()
	f.Add(t.Context(), 1, task("b"))
	require.Equal(t, 1, h.total())
	f.Close()
	assert.Zero(t, h.total())
	assert.Equal(t, 4, f.Room())
}
