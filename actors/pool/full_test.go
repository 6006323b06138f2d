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

// atDoor submits tasks that have to wait at the door, one behind the other.
func (h *hall) atDoor(ctx context.Context, tasks ...actors.Task) (answers []<-chan actors.Result) {
	h.t.Helper()
	for _, task := range tasks {
		before := h.stats().AtDoor
		answer := make(chan actors.Result, 1)
		go func() {
			result, _ := h.client.Submit(ctx, task)
			answer <- result
		}()
		require.Eventually(h.t, func() bool { return h.stats().AtDoor > before || len(answer) > 0 }, 20*time.Second, time.Millisecond/10)
		answers = append(answers, answer)
	}
	return answers
}

func TestWhoWaitsAtTheDoorComesInInOrder(t *testing.T) {
	h := open(t, Spec{Size: 1, Prefetch: 1, QueueLimit: 1, WhenFull: Wait})
	s := h.seats[0]
	s.begin()
	answers := []<-chan actors.Result{h.submit(t.Context(), task("0")), h.submit(t.Context(), task("1"))}
	urgent := task("3")
	urgent.Priority = 9 // which counts inside
	answers = append(answers, h.atDoor(t.Context(), task("2"), urgent, task("4"))...)
	assert.Equal(t, 1, h.stats().Queued)
	for i, answer := range answers {
		s.answer(s.holds(fmt.Sprint(i)), "")
		assert.NoError(t, receive(t, answer).Err)
	}
	assert.Zero(t, h.stats().AtDoor)
}

// Nobody passes one that is too large yet, however small.
func TestTheDoorIsInOrderWhateverTheSize(t *testing.T) {
	h := open(t, Spec{Size: 1, Prefetch: 1, QueueLimitBytes: 10, WhenFull: Wait})
	s := h.seats[0]
	s.begin()
	h.submit(t.Context(), task("held"))
	call := s.holds("held")
	h.submit(t.Context(), task("5byte"))
	h.atDoor(t.Context(), task("10 bytes.."), task("small"))
	assert.Equal(t, 1, h.stats().Queued)
	for _, next := range []string{"5byte", "10 bytes..", "small"} {
		s.answer(call, "")
		call = s.holds(next)
	}
	s.answer(call, "")
	assert.Zero(t, h.total())
}

func TestEndsOfTasksAtTheDoor(t *testing.T) {
	gone := errors.New("gone")
	for name, c := range map[string]struct {
		task actors.Task
		end  func(h *hall, cancel context.CancelCauseFunc)
		want error
	}{
		"cancelled": {end: func(_ *hall, cancel context.CancelCauseFunc) { cancel(gone) }, want: gone},
		"timed out": {task: actors.Task{Timeout: 50 * time.Millisecond}, end: func(*hall, context.CancelCauseFunc) {},
			want: actors.ErrTaskTimeout},
		"drain": {end: func(h *hall, _ context.CancelCauseFunc) { h.drain() }, want: actors.ErrStopping},
		"abort": {end: func(h *hall, _ context.CancelCauseFunc) { h.send(&Abort{Err: gone}) }, want: gone},
		"gave up": {end: func(h *hall, _ context.CancelCauseFunc) { h.send(&actors.GaveUp{Err: gone}) },
			want: gone},
		"stop": {end: func(h *hall, _ context.CancelCauseFunc) { _ = h.system.Root.StopFuture(h.pid).Wait() },
			want: actors.ErrStopping},
	} {
		t.Run(name, func(t *testing.T) {
			undone := make(chan Undone, 2)
			h := open(t, Spec{Size: 1, Prefetch: 1, QueueLimit: 1, WhenFull: Wait,
				OnUndone: func(u Undone) { undone <- u }})
			h.submit(t.Context(), actors.Task{Tag: "inside"})
			ctx, cancel := context.WithCancelCause(t.Context())
			defer cancel(nil)
			c.task.Tag = "at the door"
			answer := h.atDoor(ctx, c.task)[0]
			c.end(h, cancel)
			result := receive(t, answer)
			assert.ErrorIs(t, result.Err, c.want)
			switch err := result.Err.(type) {
			case *actors.CancelledError:
				assert.Equal(t, actors.StageDoor, err.Stage)
			case *actors.TaskTimeoutError:
				assert.Equal(t, actors.StageDoor, err.Stage)
			default:
				assert.NotContains(t, []string{"cancelled", "timed out"}, name)
			}
			assert.Zero(t, result.Attempts)
			if name != "stop" {
				assert.Zero(t, h.stats().AtDoor)
			}
			require.NoError(t, h.system.Root.StopFuture(h.pid).Wait())
			require.Len(t, undone, 1, "what was at the door was never accepted")
			assert.Equal(t, "inside", (<-undone).Tag)
		})
	}
}

// An actor cannot be held up: its task is refused where a Submit waits.
func TestActorsDoNotWaitAtTheDoor(t *testing.T) {
	h := open(t, Spec{Size: 1, QueueLimit: 1, WhenFull: Wait})
	h.submit(t.Context(), task("inside"))
	answer, err := h.system.Root.RequestFuture(h.pid, &actors.Task{Tag: 1}, 20*time.Second).Result()
	require.NoError(t, err)
	assert.Equal(t, &actors.Result{Err: actors.ErrQueueFull, Tag: 1}, answer)
}

func TestTheOldestOfTheLowestPriorityIsPushedOut(t *testing.T) {
	h := open(t, Spec{Size: 1, Prefetch: 1, QueueLimit: 3, WhenFull: PushOut})
	at := func(priority int) <-chan actors.Result {
		return h.submit(t.Context(), actors.Task{Payload: fmt.Append(nil, priority), Priority: priority})
	}
	high, older, newer := at(2), at(1), at(1)
	another := make(chan actors.Result, 1)
	go func() {
		result, _ := h.client.Submit(t.Context(), actors.Task{Payload: []byte("1"), Priority: 1})
		another <- result
	}()
	assert.Equal(t, actors.Result{Err: actors.ErrPushedOut}, receive(t, older))
	_, err := h.client.Submit(t.Context(), actors.Task{Priority: 0})
	assert.Equal(t, actors.ErrQueueFull, err, "it is the lowest itself")
	h.seats[0].begin()
	for _, answer := range []<-chan actors.Result{high, newer, another} {
		s := h.seats[0]
		s.answer(receive(t, s.calls), "")
		assert.NoError(t, receive(t, answer).Err)
	}
}

// If keys count, who has the most loses one.
func TestTheKeyThatHasTheMostIsPushedOut(t *testing.T) {
	h := open(t, Spec{Size: 1, Prefetch: 1, QueueLimitBytes: 40, WhenFull: PushOut, Order: Order{Fair: true}})
	modest := h.submit(t.Context(), actors.Task{Payload: make([]byte, 10), Key: "modest"})
	var greedy []<-chan actors.Result
	for range 3 {
		greedy = append(greedy, h.submit(t.Context(), actors.Task{Payload: make([]byte, 10), Key: "greedy"}))
	}
	large := make(chan actors.Result, 1)
	go func() {
		result, _ := h.client.Submit(t.Context(), actors.Task{Payload: make([]byte, 15), Key: "third"})
		large <- result
	}()
	for _, answer := range greedy[:2] {
		assert.Equal(t, actors.ErrPushedOut, receive(t, answer).Err)
	}
	h.seats[0].begin()
	for _, answer := range []<-chan actors.Result{modest, greedy[2], large} {
		s := h.seats[0]
		s.answer(receive(t, s.calls), "")
		assert.NoError(t, receive(t, answer).Err)
	}
}

// Of a task that may have run it is not said that it did not.
func TestPushedOutAfterAnAttempt(t *testing.T) {
	h := open(t, Spec{Size: 1, QueueLimit: 1, WhenFull: PushOut})
	s := h.seats[0]
	s.begin()
	first := h.submit(t.Context(), actors.Task{Payload: []byte("first"), Repeatable: true})
	s.die(s.holds("first"))
	second := make(chan actors.Result, 1)
	go func() {
		result, _ := h.client.Submit(t.Context(), task("second"))
		second <- result
	}()
	assert.Equal(t, actors.Result{Err: exitedAt(1), Attempts: 1}, receive(t, first))
	s.begin()
	s.answer(s.holds("second"), "")
	assert.NoError(t, receive(t, second).Err)
}

func TestTaskThatCanNeverWaitIsRefusedAtOnce(t *testing.T) {
	for _, full := range []WhenFull{Refuse, Wait, PushOut} {
		h := open(t, Spec{Size: 1, QueueLimitBytes: 4, WhenFull: full})
		h.seats[0].begin()
		_, err := h.client.Submit(t.Context(), task("5byte"))
		assert.ErrorIs(t, err, actors.ErrTooLarge)
		assert.EqualError(t, err, "pool: payload of 5 bytes, of 4 that may wait: too large")
		fits := h.submit(t.Context(), task("4byt"))
		h.seats[0].answer(h.seats[0].holds("4byt"), "")
		assert.NoError(t, receive(t, fits).Err)
	}
}

// A key that is at its limit has no more until a slot is free: by an answer, or by
// the end of a child, also for a call that was answered early.
func TestKeyLimitCountsWhatMembersHold(t *testing.T) {
	h := open(t, Spec{Size: 2, Prefetch: 1, Order: Order{KeyLimit: 1}})
	of := func(key string) actors.Task { return actors.Task{Payload: []byte(key), Key: key} }
	one, two := h.seats[0], h.seats[1]
	one.begin()
	two.begin()
	first := h.submit(t.Context(), of("a"))
	h.submit(t.Context(), of("a"))
	call := one.holds("a")
	assert.Equal(t, 1, h.stats().Queued)
	other := h.submit(t.Context(), of("b"))
	two.answer(two.holds("b"), "")
	assert.NoError(t, receive(t, other).Err, "another key passes")

	call.Answer(h.system, actors.Result{}) // early, as for a cancel: its slot is taken
	receive(t, first)
	assert.Equal(t, 1, h.stats().Queued)
	one.die()
	call = two.holds("a")
	h.submit(t.Context(), of("a"))
	call.Answer(h.system, actors.Result{})
	h.send(&process.Freed{Member: 1, Incarnation: 1, N: 1, Keys: []string{"a"}})
	two.answer(two.holds("a"), "")
	assert.Zero(t, h.stats().Queued)
}
