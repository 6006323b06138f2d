package pool

import (
	"testing"
	"time"

	"github.com/asynkron/protoactor-go/actor"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"brood/actors"
	"brood/actors/process"
)

// letters answers what comes too late, as a runtime does, and returns what that was.
func (h *hall) letters() <-chan any {
	letters := make(chan any, 100)
	subscription := h.system.EventStream.Subscribe(func(event any) {
		if letter, ok := event.(*actor.DeadLetterEvent); ok && AnswerLetter(h.system, letter.Message) {
			letters <- letter.Message
		}
	})
	h.t.Cleanup(func() { h.system.EventStream.Unsubscribe(subscription) })
	return letters
}

// A call that is ended early just when its member has ended is on its way back: the
// message that should have ended it reaches nobody, and must not answer it. If a
// clock has sent it, the submitter would use the call for another task, which would
// come back in its place.
func TestLateCancelToAMemberThatHasEndedAnswersNothing(t *testing.T) {
	h := open(t, Spec{Size: 2})
	letters := h.letters()
	s := h.seats[0]
	s.begin()
	call := &process.Call{Done: make(chan actors.Result, 1)}
	h.send(call)
	require.Same(t, call, receive(t, s.calls))
	require.NoError(t, h.system.Root.StopFuture(s.pid).Wait())
	h.send(&process.Cancel{Call: call, Epoch: call.Epoch(), Err: errLeft}) // as a clock that rings does
	require.IsType(t, &process.Cancel{}, receive(t, letters))
	require.False(t, call.Answered())
	s.die(call)
	var cancelled *actors.CancelledError
	require.ErrorAs(t, receive(t, call.Done).Err, &cancelled)
	assert.Equal(t, &actors.CancelledError{Stage: actors.StageRun, Err: errLeft}, cancelled)
	assert.Zero(t, h.total())
}

// A member's actor can have ended before the pool hears of it.
func TestCallsForAMemberThatHasEndedWaitForAnother(t *testing.T) {
	h := open(t, Spec{Size: 2, Prefetch: 2})
	letters := h.letters()
	ended, other := h.seats[0], h.seats[1]
	ended.begin()
	require.NoError(t, h.system.Root.StopFuture(ended.pid).Wait())
	done := make(chan actors.Result, 2)
	for _, payload := range []string{"a", "b"} {
		h.send(&process.Call{Task: task(payload), Done: done})
	}
	require.IsType(t, &process.Call{}, receive(t, letters))
	require.Eventually(t, func() bool { return h.stats().Queued == 2 }, 10*time.Second, time.Millisecond/10)
	ended.die()
	other.begin()
	for range 2 {
		call := receive(t, other.calls)
		assert.Equal(t, 1, call.Attempts)
		other.answer(call, string(call.Task.Payload))
		assert.NoError(t, receive(t, done).Err)
	}
	assert.Zero(t, h.total())
	receive(t, h.drain())
}

// With the pool itself ended, nobody else can run them.
func TestCallsForAMemberOfAPoolThatHasEndedAreAnswered(t *testing.T) {
	h := open(t, Spec{Size: 1})
	letters := h.letters()
	require.NoError(t, h.system.Root.StopFuture(h.pid).Wait())
	call := &process.Call{Done: make(chan actors.Result, 1), Pooled: true, Pool: process.PoolNote{Owner: h.pid}}
	require.True(t, AnswerLetter(h.system, call))
	assert.ErrorIs(t, receive(t, call.Done).Err, actors.ErrStopping)
	assert.IsType(t, &process.Returned{}, receive(t, letters))
}
