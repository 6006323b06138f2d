package pool

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"brood/actors"
	"brood/actors/internal/alarm"
	"brood/actors/process"
)

const short = 5 * time.Millisecond

func lateAt(stage actors.Stage) error { return &actors.TaskTimeoutError{Stage: stage, Limit: short} }

func TestClocksEndATask(t *testing.T) {
	none := func(*hall) {}
	busy := func(h *hall) {
		h.seats[0].begin()
		h.submit(t.Context(), task("first"))
		t.Cleanup(func() { h.seats[0].answer(h.seats[0].holds("first"), "") })
	}
	for name, c := range map[string]struct {
		before func(*hall)
		task   actors.Task
		want   actors.Stage
	}{
		"timeout, nobody ready":       {none, actors.Task{Timeout: short}, actors.StageStart},
		"timeout, behind another":     {busy, actors.Task{Timeout: short}, actors.StageQueue},
		"start timeout":               {none, actors.Task{StartTimeout: short, QueueTimeout: short / 2}, actors.StageStart},
		"queue timeout":               {busy, actors.Task{QueueTimeout: short, StartTimeout: short / 2}, actors.StageQueue},
		"the first of several clocks": {busy, actors.Task{QueueTimeout: time.Hour, Timeout: short}, actors.StageQueue},
		"one that joined":             {busy, actors.Task{ID: "x", Timeout: short}, actors.StageQueue},
	} {
		t.Run(name, func(t *testing.T) {
			h := open(t, Spec{Size: 1})
			c.before(h)
			before := h.total()
			result, err := h.client.Submit(t.Context(), c.task)
			assert.Equal(t, lateAt(c.want), err)
			assert.Equal(t, actors.Result{Err: err}, result)
			assert.ErrorIs(t, err, actors.ErrTaskTimeout)
			assert.Equal(t, before, h.total())
		})
	}
}

func TestTimeoutAtAMember(t *testing.T) {
	h := open(t, Spec{Size: 1})
	s := h.seats[0]
	s.begin()
	answer := h.submit(t.Context(), actors.Task{Payload: []byte("x"), Timeout: short})
	call := s.holds("x")
	asked := receive(t, s.cancels)
	assert.Equal(t, lateAt(actors.StageRun), asked.Err)
	call.Answer(h.system, actors.Result{Err: asked.Err})
	assert.Equal(t, actors.Result{Err: lateAt(actors.StageRun), Attempts: 1}, receive(t, answer))
	s.free()
}

// alone is a world with one member that is ready: a pool without an actor whose clock a test moves.
func alone(t *testing.T) *world {
	s := newStage(t, 1)
	w := s.open(t, 0)
	w.members[0].run, w.members[0].running = 1, true
	w.pool.memberEvent(&process.MemberEvent{Member: int(0), Event: &actors.Started{Incarnation: 1, PID: 1}})
	w.pool.memberEvent(&process.MemberEvent{Member: int(0), Event: &actors.Ready{Who: s.members[0], Incarnation: 1}})
	return w
}

// A clock that was set for the task before does nothing to the one that the call
// is used for now.
func TestClockOfAnEarlierTaskLeavesTheCallAlone(t *testing.T) {
	w := alone(t)
	call := w.newJob(actors.Task{Timeout: time.Second}).call
	w.pool.accept(call)
	w.pool.dispatch()
	w.toMember(0)
	w.reply(0) // answered by its member: the pool's clock is still set
	<-call.Done
	w.toPool(0)

	call.Reset(actors.Task{})
	call.Pooled = true
	w.pool.accept(call)
	w.pool.dispatch()
	w.pass(time.Hour)
	assert.Len(t, w.members[0].inbox, 1, "the call, and nothing about the task before")
	w.pool.cancel(&process.Cancel{Call: call, Epoch: call.Epoch() - 1, Err: errLeft})
	assert.Len(t, w.members[0].inbox, 1, "nor a message that comes late")
	w.pool.cancel(&process.Cancel{Call: call, Epoch: call.Epoch(), Err: errLeft})
	assert.Len(t, w.members[0].inbox, 2)
}

func TestPoolHasOneAlarm(t *testing.T) {
	w := alone(t)
	w.pool.dispatch()
	assert.Zero(t, w.alarms[&w.pool.alarm], "no clock, no alarm")
	set := 0
	ring := w.pool.set
	w.pool.set = func(a *alarm.Alarm, after time.Duration, message any) {
		if a == &w.pool.alarm {
			set++
		}
		ring(a, after, message)
	}
	for i := range 4 {
		w.pool.accept(w.newJob(actors.Task{Timeout: time.Duration(4-i%2) * time.Second}).call)
		w.pool.dispatch()
	}
	assert.Equal(t, 2, set, "only for one that rings earlier")
	assert.Equal(t, 3*time.Second, w.alarms[&w.pool.alarm].at)
}

// A task that is handed out and comes back, since its worker had not begun it, has
// waited before. One that its worker died with is run again, with a wait of its own.
func TestWaitsAreBoundedTogether(t *testing.T) {
	const most, part = 5 * time.Second, 2 * time.Second
	for name, c := range map[string]struct {
		task  actors.Task
		ready bool // while it waits
		began bool // the worker had begun it
		want  time.Duration
		stage actors.Stage
	}{
		"with a worker":            {actors.Task{QueueTimeout: most}, true, false, most - 2*part, actors.StageQueue},
		"without":                  {actors.Task{StartTimeout: most}, false, false, most - 2*part, actors.StageStart},
		"another attempt":          {actors.Task{QueueTimeout: most, Repeatable: true}, true, true, most, actors.StageRun},
		"another attempt, without": {actors.Task{StartTimeout: most, Repeatable: true}, false, true, most, actors.StageRun},
	} {
		t.Run(name, func(t *testing.T) {
			w := alone(t)
			w.healthy, w.pool.scheduler.maxAttempts = true, 3
			waits := func(d time.Duration) {
				if w.tell(&Pause{}); !c.ready {
					w.pool.scheduler.members[0].ready = false
				}
				w.endTurn()
				w.pass(d)
			}
			works := func() {
				w.pool.scheduler.members[0].ready = true
				w.tell(&Resume{})
				w.endTurn()
				require.Len(t, w.members[0].inbox, 1)
				w.members[0].inbox = nil
				w.pass(time.Hour) // at the worker
			}
			waits(0)
			call := w.newJob(c.task).call
			w.tell(call)
			for range 2 {
				waits(part)
				works()
				back := &process.Returned{NotRun: []*process.Call{call}}
				if c.began {
					back.NotRun, back.MayHaveRun = nil, back.NotRun
				}
				w.tell(&Pause{})
				w.tell(back)
				w.tell(&process.Freed{Incarnation: 1, N: 1})
			}
			waits(c.want - 1)
			assert.Empty(t, call.Done)
			w.pass(1)
			require.Len(t, call.Done, 1)
			assert.Equal(t, &actors.TaskTimeoutError{Stage: c.stage, Limit: most}, (<-call.Done).Err)
		})
	}
}
