package pool

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/asynkron/protoactor-go/actor"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"brood/actors"
	"brood/actors/process"
)

func TestTaskGoesToAMemberAndItsAnswerBack(t *testing.T) {
	h := open(t, Spec{Size: 2})
	h.seats[1].begin()
	answer := h.submit(t.Context(), actors.Task{Payload: []byte("question"), Tag: "tag"})
	h.seats[1].answer(h.seats[1].holds("question"), "answer")
	assert.Equal(t, actors.Result{Payload: []byte("answer"), Attempts: 1, Worker: 101, Tag: "tag"}, receive(t, answer))
	assert.Equal(t, Stats{
		Size: 2, Min: 2, Max: 2, Workers: []Worker{{}, {Number: 1, PID: 101, Ready: true, Done: 1}},
		Outcomes: Outcomes{Submitted: 1, Done: 1},
	}, untimed(h.stats()))
}

func TestTaskThatIsOverTheLimitIsRefused(t *testing.T) {
	h := open(t, Spec{Size: 1, QueueLimit: 1})
	first := h.submit(t.Context(), task("first"))
	result, err := h.client.Submit(t.Context(), actors.Task{Tag: 2})
	assert.Equal(t, actors.Result{Err: actors.ErrQueueFull, Tag: 2}, result)
	assert.Equal(t, actors.ErrQueueFull, err)
	h.seats[0].begin()
	h.seats[0].answer(h.seats[0].holds("first"), "")
	assert.NoError(t, receive(t, first).Err)
}

func TestTaskIsRunAgainIfThatDoesNoHarm(t *testing.T) {
	h := open(t, Spec{Size: 1, Prefetch: 2, MaxAttempts: 2})
	s := h.seats[0]
	s.begin()
	harmless := h.submit(t.Context(), actors.Task{Payload: []byte("harmless"), Repeatable: true})
	harmful := h.submit(t.Context(), task("harmful"))
	s.die(s.holds("harmless"), s.holds("harmful"))
	assert.Equal(t, actors.Result{Err: exitedAt(1), Attempts: 1}, receive(t, harmful))
	s.begin()
	again := s.holds("harmless")
	assert.Equal(t, 2, again.Attempts)
	s.die(again)
	assert.Equal(t, actors.Result{Err: &actors.PoisonError{Exits: []actors.Exit{killed, killed}}, Attempts: 2}, receive(t, harmless))
	assert.Equal(t, 1, h.stats().Workers[0].Restarts)
}

func exitedAt(attempt int) error {
	return &actors.WorkerExitedError{MayHaveRun: true, Attempts: attempt, Exit: killed}
}

func TestContextEndsATask(t *testing.T) {
	gone := errors.New("caller has gone")
	goneAt := func(stage actors.Stage) error { return &actors.CancelledError{Stage: stage, Err: gone} }
	t.Run("before", func(t *testing.T) {
		ctx, cancel := context.WithCancelCause(t.Context())
		cancel(gone)
		result, err := open(t, Spec{Size: 1}).client.Submit(ctx, actors.Task{Tag: 1})
		assert.Equal(t, actors.Result{Err: goneAt(actors.StageDoor), Tag: 1}, result)
		assert.Equal(t, result.Err, err)
		assert.ErrorIs(t, err, gone)
	})
	t.Run("in the queue", func(t *testing.T) {
		h := open(t, Spec{Size: 1})
		ctx, cancel := context.WithCancelCause(t.Context())
		answer := h.submit(ctx, task("x"))
		cancel(gone)
		assert.Equal(t, actors.Result{Err: goneAt(actors.StageStart)}, receive(t, answer))
		assert.Zero(t, h.total())
	})
	t.Run("at its member", func(t *testing.T) {
		h := open(t, Spec{Size: 1})
		s := h.seats[0]
		s.begin()
		ctx, cancel := context.WithCancelCause(t.Context())
		answer := h.submit(ctx, task("x"))
		call := s.holds("x")
		cancel(gone)
		asked := receive(t, s.cancels)
		assert.Equal(t, &process.Cancel{Call: call, Epoch: call.Epoch(), Err: goneAt(actors.StageRun), Pooled: true}, asked)
		call.Answer(h.system, actors.Result{Err: asked.Err})
		assert.Equal(t, actors.Result{Err: asked.Err, Attempts: 1}, receive(t, answer))
		assert.Equal(t, 1, h.total(), "its slot is free when the child has answered, too")
		s.free()
		assert.Zero(t, h.total())
	})
	t.Run("at a member that dies", func(t *testing.T) {
		h := open(t, Spec{Size: 1})
		s := h.seats[0]
		s.begin()
		ctx, cancel := context.WithCancelCause(t.Context())
		answer := h.submit(ctx, actors.Task{Payload: []byte("x"), Repeatable: true})
		call := s.holds("x")
		cancel(gone)
		receive(t, s.cancels)
		s.die(call)
		assert.Equal(t, actors.Result{Err: goneAt(actors.StageRun), Attempts: 1}, receive(t, answer))
		assert.Zero(t, h.total(), "it is not run again")
	})
	t.Run("at a member that dies before it begins", func(t *testing.T) {
		h := open(t, Spec{Size: 1})
		s := h.seats[0]
		s.begin()
		ctx, cancel := context.WithCancelCause(t.Context())
		answer := h.submit(ctx, task("x"))
		call := s.holds("x")
		cancel(gone)
		receive(t, s.cancels)
		h.send(&process.Returned{Incarnation: s.run, NotRun: []*process.Call{call}, Exit: killed})
		assert.Equal(t, goneAt(actors.StageHanded), receive(t, answer).Err)
	})
}

func TestDrain(t *testing.T) {
	h := open(t, Spec{Size: 1})
	receive(t, open(t, Spec{Size: 1}).drain()) // at once, if there is nothing
	s := h.seats[0]
	s.begin()
	held, queued := h.submit(t.Context(), task("held")), h.submit(t.Context(), task("queued"))
	first, second := h.drain(), h.drain()
	_, err := h.client.Submit(t.Context(), task("late"))
	assert.Equal(t, actors.ErrStopping, err)
	s.answer(s.holds("held"), "")
	call := s.holds("queued")
	h.stats() // the pool has had its turn
	assert.Empty(t, first)
	s.answer(call, "")
	receive(t, first)
	receive(t, second)
	assert.NoError(t, receive(t, held).Err)
	assert.NoError(t, receive(t, queued).Err)
}

func TestEndsThatAnswerWhatWaits(t *testing.T) {
	gaveUp := errors.New("gave up")
	for name, c := range map[string]struct {
		message any
		want    error
	}{
		"abort":   {&Abort{Err: context.DeadlineExceeded}, context.DeadlineExceeded},
		"gave up": {&actors.GaveUp{Err: gaveUp}, gaveUp},
	} {
		t.Run(name, func(t *testing.T) {
			h := open(t, Spec{Size: 1})
			s := h.seats[0]
			s.begin()
			held := h.submit(t.Context(), actors.Task{Payload: []byte("held"), Repeatable: true})
			queued := h.submit(t.Context(), task("queued"))
			call := s.holds("held")
			h.send(c.message)
			assert.Equal(t, c.want, receive(t, queued).Err)
			_, err := h.client.Submit(t.Context(), task("late"))
			assert.Equal(t, c.want, err)
			s.die(call)
			assert.Equal(t, actors.Result{Err: exitedAt(1), Attempts: 1}, receive(t, held), "it is not run again")
		})
	}
}

func TestStopAnswersWhatWaits(t *testing.T) {
	h := open(t, Spec{Size: 1})
	queued, drained := h.submit(t.Context(), task("queued")), h.drain()
	require.NoError(t, h.system.Root.StopFuture(h.pid).Wait())
	assert.Equal(t, actors.ErrStopping, receive(t, queued).Err)
	receive(t, drained)
}

// What was posted before the pool's end and is read after it.
func TestMessagesAfterTheEndAreAnswered(t *testing.T) {
	h := open(t, Spec{Size: 1})
	p := newPool(Spec{Size: 1, Prefetch: 1, QueueLimit: 1, MaxAttempts: 3})
	p.system = h.system
	p.end(actors.ErrStopping)
	call := func() *process.Call {
		return &process.Call{Done: make(chan actors.Result, 1), Pooled: true, Attempts: 1}
	}

	submitted, cancelled, ran, notRun := call(), call(), call(), call()
	cancelled.Pool.Member = queued
	p.reject(submitted)
	p.reject(&process.Cancel{Call: cancelled, Err: context.Canceled})
	p.reject(&process.Returned{MayHaveRun: []*process.Call{ran}, NotRun: []*process.Call{notRun}, Exit: killed})
	assert.Equal(t, actors.ErrStopping, receive(t, submitted.Done).Err)
	assert.Equal(t, &actors.CancelledError{Stage: actors.StageStart, Err: context.Canceled}, receive(t, cancelled.Done).Err)
	assert.Equal(t, exitedAt(1), receive(t, ran.Done).Err)
	assert.Equal(t, actors.ErrStopping, receive(t, notRun.Done).Err)

	drained, stats := make(chan struct{}, 1), make(chan Stats, 1)
	p.reject(&Drain{Done: drained})
	p.reject(&Inspect{Reply: stats})
	receive(t, drained)
	assert.Equal(t, Stats{Size: 1, Min: 1, Max: 1, Workers: []Worker{{}}}, receive(t, stats))

	rerun, riding, list, forgotten := call(), call(), make(chan PoisonList, 1), make(chan bool, 1)
	p.reject(&Rerun{Call: rerun})
	assert.Equal(t, actors.ErrStopping, receive(t, rerun.Done).Err)
	p.reject(&ListPoison{Reply: list})
	assert.Empty(t, receive(t, list))
	p.reject(&Forget{Reply: forgotten})
	assert.False(t, receive(t, forgotten))
	p.ride(&join{call: call()}, riding)
	p.reject(&actors.Result{Payload: []byte("late"), Tag: enter(riding).rides})
	assert.Equal(t, "late", string(receive(t, riding.Done).Payload))

	asked := actor.NewFuture(h.system, 20*time.Second)
	p.reject(&actor.MessageEnvelope{Message: &actors.Task{Tag: 3}, Sender: asked.PID()})
	answer, err := asked.Result()
	require.NoError(t, err)
	assert.Equal(t, &actors.Result{Err: actors.ErrStopping, Tag: 3}, answer)
}

func TestActorGetsItsAnswerAsAMessageWithItsTag(t *testing.T) {
	h := open(t, Spec{Size: 1})
	s := h.seats[0]
	s.begin()
	asked := h.system.Root.RequestFuture(h.pid, &actors.Task{Payload: []byte("x"), Tag: "tag"}, 20*time.Second)
	s.answer(s.holds("x"), "y")
	answer, err := asked.Result()
	require.NoError(t, err)
	assert.Equal(t, &actors.Result{Payload: []byte("y"), Attempts: 1, Worker: 100, Tag: "tag"}, answer)

	h.send(&actors.Task{Payload: []byte("nobody asked")})
	s.answer(s.holds("nobody asked"), "dropped")
	assert.Zero(t, h.total())
}
