package router

import (
	"context"
	"testing"
	"time"

	"github.com/asynkron/protoactor-go/actor"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"brood/actors"
	"brood/actors/process"
)

func TestATaskGoesToAMemberAndItsAnswerBack(t *testing.T) {
	for name, calls := range map[string]bool{"takes calls": true, "plain": false} {
		t.Run(name, func(t *testing.T) {
			h := open(t, Spec{})
			s := h.seat(calls, 0)
			answer := make(chan actors.Result, 1)
			go func() {
				result, err := h.client.Submit(context.Background(), actors.Task{Payload: []byte("a"), Tag: "mine"})
				assert.Equal(t, result.Err, err)
				answer <- result
			}()
			if calls {
				s.answer(s.holds("a"), "b")
			} else {
				asked := receive(t, s.tasks)
				assert.Equal(t, "a", string(asked.Payload))
				s.reply(asked, "b")
			}
			got := receive(t, answer)
			got.Worker = 0
			assert.Equal(t, actors.Result{Payload: []byte("b"), Attempts: 1, Tag: "mine"}, got)
			assert.Equal(t, Stats{Members: []MemberStats{{PID: s.pid, Done: 1}}}, h.stats())
		})
	}
}

// asker is an actor that sends a task.
type asker struct{ answers chan *actors.Result }

func (a *asker) Receive(ctx actor.Context) {
	if m, ok := ctx.Message().(*actors.Result); ok {
		a.answers <- m
	}
}

func TestAnActorsTaskIsAnsweredToIt(t *testing.T) {
	h := open(t, Spec{})
	s := h.seat(true, 0)
	a := &asker{answers: make(chan *actors.Result, 9)}
	pid := h.system.Root.Spawn(actor.PropsFromProducer(func() actor.Actor { return a }))
	t.Cleanup(func() { h.end(pid) })
	h.system.Root.RequestWithCustomSender(h.pid, &actors.Task{Payload: []byte("a"), Tag: 7}, pid)
	s.answer(s.holds("a"), "b")
	assert.Equal(t, &actors.Result{Payload: []byte("b"), Attempts: 1, Worker: 100, Tag: 7}, receive(t, a.answers))
}

func TestAnEmptyRouterWaits(t *testing.T) {
	h := open(t, Spec{QueueLimit: 2})
	a, b, c := h.submit(task("a")), h.submit(task("b")), h.submit(task("c"))
	assert.ErrorIs(t, receive(t, c.Done).Err, actors.ErrQueueFull)
	assert.Equal(t, 2, h.stats().Waiting)
	s := h.seat(true, 1)
	s.answer(s.holds("a"), "1")
	s.answer(s.holds("b"), "2")
	assert.Equal(t, "1", string(receive(t, a.Done).Payload))
	assert.Equal(t, "2", string(receive(t, b.Done).Payload))
}

func TestAnEmptyRouterRefusesIfToldTo(t *testing.T) {
	h := open(t, Spec{WhenEmpty: EmptyRefuses})
	err := receive(t, h.submit(task("a")).Done).Err
	assert.ErrorIs(t, err, actors.ErrNoMember)
	assert.NotErrorIs(t, err, actors.ErrBusy)

	s := h.seat(true, 1)
	first := h.submit(task("b"))
	err = receive(t, h.submit(task("c")).Done).Err
	assert.ErrorIs(t, err, actors.ErrNoMember)
	assert.ErrorIs(t, err, actors.ErrBusy)
	s.answer(s.holds("b"), "b")
	assert.NoError(t, receive(t, first.Done).Err)

	s.die()
	assert.Equal(t, actors.ErrNoMember, receive(t, h.submit(task("d")).Done).Err)
}

func TestWhatADeadMemberHadGoesToAnotherOnlyIfItMay(t *testing.T) {
	for name, calls := range map[string]bool{"takes calls": true, "plain": false} {
		t.Run(name, func(t *testing.T) {
			h := open(t, Spec{})
			dead := h.seat(calls, 0)
			once, again := h.submit(task("once")), h.submit(repeatable("again"))
			if calls {
				dead.holds("once")
				dead.holds("again")
			} else {
				receive(t, dead.tasks)
				receive(t, dead.tasks)
			}
			living := h.seat(true, 0)
			dead.die()
			lost := receive(t, once.Done)
			assert.Equal(t, actors.Result{Err: actors.ErrMemberEnded, Attempts: 1}, lost)
			living.answer(living.holds("again"), "done")
			assert.Equal(t, actors.Result{Payload: []byte("done"), Attempts: 2, Worker: 100}, receive(t, again.Done))
			assert.Empty(t, living.calls, "the other task did not come")
		})
	}
}

// TestAnAnswerBeforeTheEndCounts: a member answers and ends at once.
func TestAnAnswerBeforeTheEndCounts(t *testing.T) {
	h := open(t, Spec{})
	for range 200 {
		pid := h.system.Root.Spawn(actor.PropsFromFunc(func(ctx actor.Context) {
			if m, ok := ctx.Message().(*actors.Task); ok {
				ctx.Respond(&actors.Result{Payload: m.Payload, Tag: m.Tag})
				ctx.Stop(ctx.Self())
			}
		}))
		h.send(&Join{Member{PID: pid}})
		require.NoError(t, receive(t, h.submit(task("a")).Done).Err)
		require.Eventually(t, func() bool { return len(h.stats().Members) == 0 }, 20*time.Second, time.Millisecond/10)
	}
}

func TestAMemberThatWasNeverThereLeaves(t *testing.T) {
	h := open(t, Spec{})
	h.send(&Join{Member{PID: actor.NewPID(h.system.Address(), "nobody")}})
	call := h.submit(repeatable("a"))
	s := h.seat(true, 0)
	s.answer(s.holds("a"), "b")
	assert.NoError(t, receive(t, call.Done).Err)
	require.Eventually(t, func() bool { return len(h.stats().Members) == 1 }, 20*time.Second, time.Millisecond/10)
}

func TestARefusedTaskGoesToAnother(t *testing.T) {
	h := open(t, Spec{})
	full, free := h.seat(true, 0), h.seat(true, 0)
	call := h.submit(task("a"))
	full.refuse(full.holds("a"), actors.ErrQueueFull)
	free.answer(free.holds("a"), "b")
	assert.Equal(t, actors.Result{Payload: []byte("b"), Attempts: 1, Worker: 100}, receive(t, call.Done))

	call = h.submit(task("c"))
	full.refuse(full.holds("c"), actors.ErrQueueFull)
	free.refuse(free.holds("c"), actors.ErrStopping)
	assert.Equal(t, actors.Result{Err: actors.ErrStopping}, receive(t, call.Done), "all have refused it")
}

func TestAMemberThatDoesNotRunIsAskedAgainLater(t *testing.T) {
	h := open(t, Spec{})
	s := h.seat(true, 1)
	call := h.submit(task("a"))
	for range 3 {
		s.refuse(s.holds("a"), actors.ErrNotRunning)
	}
	s.answer(s.holds("a"), "b")
	assert.NoError(t, receive(t, call.Done).Err)
}

func TestAMemberThatIsTakenOutFinishesWhatItHas(t *testing.T) {
	h := open(t, Spec{Policy: RoundRobin{}})
	leaver, stayer := h.seat(true, 0), h.seat(true, 0)
	a := h.submit(task("a"))
	h.send(&Leave{leaver.pid})
	b, c := h.submit(task("b")), h.submit(task("c"))
	stayer.answer(stayer.holds("b"), "b")
	stayer.answer(stayer.holds("c"), "c")
	leaver.answer(leaver.holds("a"), "a")
	for _, call := range []*process.Call{a, b, c} {
		assert.NoError(t, receive(t, call.Done).Err)
	}
	assert.Empty(t, leaver.calls)
	h.send(&Join{Member{PID: leaver.pid, Calls: true}})
	d := h.submit(task("d"))
	leaver.answer(leaver.holds("d"), "d")
	assert.NoError(t, receive(t, d.Done).Err, "it came back")
}

func TestJoinOfNoMember(t *testing.T) {
	h := open(t, Spec{})
	s := h.seat(true, -1)
	h.send(&Join{Member{}})
	h.send(&Join{Member{PID: h.pid}})
	h.send(&Leave{})
	assert.Empty(t, h.stats().Members)
	h.send(&Join{Member{PID: s.pid, Calls: true}})
	assert.Len(t, h.stats().Members, 1)
}
