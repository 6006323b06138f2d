package router

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

func TestCancelReachesTheMember(t *testing.T) {
	h := open(t, Spec{})
	s := h.seat(true, 0)
	cause := errors.New("not wanted")
	ctx, cancel := context.WithCancelCause(context.Background())
	answer := make(chan actors.Result, 1)
	go func() {
		result, _ := h.client.Submit(ctx, task("a"))
		answer <- result
	}()
	call := s.holds("a")
	cancel(cause)
	order := receive(t, s.cancels)
	assert.Same(t, call, order.Call)
	assert.Equal(t, cause, order.Err)
	assert.Empty(t, answer, "the member says how far it was")
	call.Answer(h.system, actors.Result{Err: order.Err})
	got := receive(t, answer)
	assert.ErrorIs(t, got.Err, cause)
	assert.Equal(t, 1, got.Attempts)
}

func TestCancelOfWhatWaitsOrIsAtAPlainActor(t *testing.T) {
	h := open(t, Spec{})
	cause := errors.New("not wanted")
	waits := h.submit(task("a"))
	h.send(&process.Cancel{Call: waits, Err: cause})
	assert.Equal(t, &actors.CancelledError{Stage: actors.StageStart, Err: cause}, receive(t, waits.Done).Err)

	s := h.seat(false, 1)
	at := h.submit(task("b"))
	asked := receive(t, s.tasks)
	behind := h.submit(task("c"))
	h.send(&process.Cancel{Call: behind, Err: cause})
	assert.Equal(t, &actors.CancelledError{Stage: actors.StageQueue, Err: cause}, receive(t, behind.Done).Err)
	h.send(&process.Cancel{Call: at, Err: cause})
	assert.Equal(t, &actors.CancelledError{Stage: actors.StageRun, Err: cause}, receive(t, at.Done).Err)
	assert.Equal(t, 1, h.stats().Members[0].Load, "it has not answered")
	s.reply(asked, "late")
	s.reply(asked, "and again")
	last := h.submit(task("d"))
	s.reply(receive(t, s.tasks), "d")
	assert.Equal(t, "d", string(receive(t, last.Done).Payload))
}

func TestTimeoutIsKeptByTheRouter(t *testing.T) {
	h := open(t, Spec{})
	late := actors.Task{Payload: []byte("a"), Timeout: 20 * time.Millisecond}
	err := receive(t, h.submit(late).Done).Err
	assert.Equal(t, &actors.TaskTimeoutError{Stage: actors.StageStart, Limit: late.Timeout}, err)

	s := h.seat(true, 0)
	call := h.submit(late)
	held := s.holds("a")
	assert.Zero(t, held.Task.Timeout)
	order := receive(t, s.cancels)
	held.Answer(h.system, actors.Result{Err: order.Err})
	assert.Equal(t, &actors.TaskTimeoutError{Stage: actors.StageRun, Limit: late.Timeout}, receive(t, call.Done).Err)
}

func TestTimeoutThatIsOverAlready(t *testing.T) {
	h := open(t, Spec{})
	late := actors.Task{Timeout: -time.Second}
	assert.Equal(t, &actors.TaskTimeoutError{Stage: actors.StageDoor, Limit: late.Timeout}, receive(t, h.submit(late).Done).Err)
	assert.Zero(t, h.stats().Waiting)
}

func TestDrainAndStopAnswerEverything(t *testing.T) {
	h := open(t, Spec{})
	s := h.seat(true, 1)
	at, waits := h.submit(task("a")), h.submit(task("b"))
	drained := h.drain()
	assert.Equal(t, actors.ErrStopping, receive(t, h.submit(task("c")).Done).Err)
	assert.Empty(t, drained)
	s.answer(s.holds("a"), "a")
	s.answer(s.holds("b"), "b")
	receive(t, drained)
	assert.NoError(t, receive(t, at.Done).Err)
	assert.NoError(t, receive(t, waits.Done).Err)

	var undone []Undone
	h = open(t, Spec{OnUndone: func(u Undone) { undone = append(undone, u) }})
	s = h.seat(true, 1)
	at, waits = h.submit(actors.Task{Payload: []byte("a"), Tag: "a"}), h.submit(actors.Task{Tag: "b"})
	held := s.holds("a")
	require.Equal(t, 1, h.stats().Waiting) // the end, a system message, could overtake "b"
	h.end(h.pid)
	assert.ElementsMatch(t, []Undone{{Tag: "a", Err: actors.ErrStopping}, {Tag: "b", Err: actors.ErrStopping}}, undone)
	assert.Equal(t, actors.ErrStopping, receive(t, at.Done).Err)
	assert.Equal(t, actors.ErrStopping, receive(t, waits.Done).Err)
	assert.Same(t, held, receive(t, s.cancels).Call)
	s.answer(held, "nobody hears it")
}

func TestADrainedRouterDoesNotWaitForMembersThatDoNotCome(t *testing.T) {
	h := open(t, Spec{})
	call := h.submit(task("a"))
	receive(t, h.drain())
	assert.Equal(t, actors.ErrStopping, receive(t, call.Done).Err)
}

type panics struct{}

func (panics) Pick(*Choice) int { panic("policy") }

type nobody struct{}

func (nobody) Pick(*Choice) int { return -1 }

func TestAPolicyThatPanicsHurtsNobodyElse(t *testing.T) {
	h := open(t, Spec{Policy: panics{}})
	h.seat(true, 0)
	call := h.submit(task("a")) // the sender is well
	assert.Equal(t, actors.ErrStopping, receive(t, call.Done).Err)

	h = open(t, Spec{Policy: nobody{}, WhenEmpty: EmptyRefuses})
	h.seat(true, 0)
	assert.ErrorIs(t, receive(t, h.submit(task("a")).Done).Err, actors.ErrNoMember)
}
