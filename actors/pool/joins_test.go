package pool

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"brood/actors"
	"brood/actors/process"
)

// came waits until so many tasks have an answer, or wait for one.
func (h *hall) came(n uint64) {
	h.t.Helper()
	require.Eventually(h.t, func() bool { return h.stats().Outcomes.Submitted == n }, 10*time.Second, time.Millisecond/10)
}

func (h *hall) ask(ctx context.Context, n uint64, task actors.Task) <-chan actors.Result {
	answer := make(chan actors.Result, 1)
	go func() {
		result, _ := h.client.Submit(ctx, task)
		answer <- result
	}()
	h.came(n)
	return answer
}

func TestEqualTasksJoin(t *testing.T) {
	h := open(t, Spec{Size: 1})
	s := h.seats[0]
	s.begin()
	same := func(tag int) actors.Task { return actors.Task{Payload: []byte("x"), ID: "same", Tag: tag} }
	first := h.ask(t.Context(), 1, same(1))
	call := s.holds("x")
	second := h.ask(t.Context(), 2, same(2))
	other := h.ask(t.Context(), 3, actors.Task{Payload: []byte("y"), ID: "other"})
	drained := h.drain()
	assert.ErrorIs(t, receive(t, h.ask(t.Context(), 4, same(3))).Err, actors.ErrStopping)
	s.answer(call, "answer")

	one, two := receive(t, first), receive(t, second)
	assert.Equal(t, actors.Result{Payload: []byte("answer"), Attempts: 1, Worker: 100, Tag: 1}, one)
	assert.Equal(t, actors.Result{Payload: []byte("answer"), Attempts: 1, Worker: 100, Tag: 2}, two)
	one.Payload[0] = 'A'
	assert.Equal(t, "answer", string(two.Payload), "each has its own")
	s.answer(s.holds("y"), "")
	assert.NoError(t, receive(t, other).Err)
	receive(t, drained)
	assert.Equal(t, Outcomes{Submitted: 4, Done: 3, Stopping: 1}, h.stats().Outcomes)
}

func TestTaskRunsAnewWhenTheEqualOneWasAnswered(t *testing.T) {
	h := open(t, Spec{Size: 1})
	h.seats[0].begin()
	for i := range 2 {
		answer := h.ask(t.Context(), uint64(i+1), actors.Task{ID: "same"})
		h.seats[0].answer(h.seats[0].holds(""), "")
		assert.NoError(t, receive(t, answer).Err)
	}
}

// Who leaves leaves the run to the others, the first one, too; the last one ends
// it.
func TestJoinedCallersLeave(t *testing.T) {
	h := open(t, Spec{Size: 1})
	s := h.seats[0]
	s.begin()
	gone := errors.New("gone")
	want := &actors.CancelledError{Stage: actors.StageRun, Err: gone}
	var leave []context.CancelCauseFunc
	var answers []<-chan actors.Result
	for i := range 3 {
		ctx, cancel := context.WithCancelCause(t.Context())
		leave = append(leave, cancel)
		answers = append(answers, h.ask(ctx, uint64(i+1), actors.Task{Payload: []byte("x"), ID: "same"}))
	}
	call := s.holds("x")
	for i := range 2 {
		leave[i](gone)
		assert.Equal(t, actors.Result{Err: want, Attempts: 1}, receive(t, answers[i]))
		assert.Empty(t, s.cancels, "others still wait")
	}
	leave[2](gone)
	assert.Equal(t, want, receive(t, answers[2]).Err)
	assert.Equal(t, &process.Cancel{Call: call, Err: want, Pooled: true}, receive(t, s.cancels))
	again := h.ask(t.Context(), 4, actors.Task{Payload: []byte("x"), ID: "same"})
	call.Answer(h.system, actors.Result{Err: want})
	s.free()
	s.answer(s.holds("x"), "new")
	assert.Equal(t, "new", string(receive(t, again).Payload), "it does not join a run that was given up")
	leave[0](gone)
}

func TestJoinedTasksAreBounded(t *testing.T) {
	h := open(t, Spec{Size: 1, QueueLimit: 2})
	first, second := h.ask(t.Context(), 1, actors.Task{ID: "x"}), h.ask(t.Context(), 2, actors.Task{ID: "x"})
	assert.Equal(t, actors.ErrQueueFull, receive(t, h.ask(t.Context(), 3, actors.Task{ID: "x"})).Err)
	h.send(&Abort{Err: actors.ErrStopping})
	assert.Equal(t, actors.ErrStopping, receive(t, first).Err)
	assert.Equal(t, actors.ErrStopping, receive(t, second).Err)
}

// What is not done when the pool stops is told for each that waited.
func TestUndoneTasksThatJoined(t *testing.T) {
	undone := make(chan Undone, 3)
	h := open(t, Spec{Size: 1, OnUndone: func(u Undone) { undone <- u }})
	answers := []<-chan actors.Result{
		h.ask(t.Context(), 1, actors.Task{ID: "x", Tag: 1}), h.ask(t.Context(), 2, actors.Task{ID: "x", Tag: 2}),
	}
	require.NoError(t, h.system.Root.StopFuture(h.pid).Wait())
	for i, answer := range answers {
		assert.Equal(t, actors.Result{Err: actors.ErrStopping, Tag: i + 1}, receive(t, answer))
		assert.Equal(t, Undone{Tag: i + 1, Err: actors.ErrStopping}, receive(t, undone))
	}
}

func TestAResultThatNobodyAskedForHurtsNobody(t *testing.T) {
	h := open(t, Spec{Size: 1})
	s := h.seats[0]
	s.begin()
	h.send(&actors.Result{Tag: "not a run"})
	answer := h.submit(t.Context(), task("a"))
	s.answer(s.holds("a"), "b")
	assert.NoError(t, receive(t, answer).Err)
	require.NoError(t, h.system.Root.StopFuture(h.pid).Wait())
	h.send(&actors.Result{Tag: "nor after its end"})
}
