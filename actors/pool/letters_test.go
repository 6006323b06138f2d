package pool

import (
	"testing"

	"github.com/asynkron/protoactor-go/actor"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"brood/actors"
	"brood/actors/process"
)

// A call that is ended early just when its member has ended is on its way back: the
// message that should have ended it reaches nobody, and must not answer it. If a
// clock has sent it, the submitter would use the call for another task, which would
// come back in its place.
func TestLateCancelToAMemberThatHasEndedAnswersNothing(t *testing.T) {
	h := open(t, Spec{Size: 2})
	letters := make(chan any, 100)
	subscription := h.system.EventStream.Subscribe(func(event any) {
		if letter, ok := event.(*actor.DeadLetterEvent); ok && AnswerLetter(h.system, letter.Message) {
			letters <- letter.Message
		}
	})
	defer h.system.EventStream.Unsubscribe(subscription)
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
