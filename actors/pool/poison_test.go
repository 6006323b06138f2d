package pool

import (
	"math"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"brood/actors"
	"brood/actors/process"
)

func (h *hall) poison() PoisonList {
	reply := make(chan PoisonList, 1)
	h.send(&ListPoison{Reply: reply})
	list := receive(h.t, reply)
	for i := range list.Tasks {
		assert.WithinDuration(h.t, time.Now(), list.Tasks[i].When, time.Hour)
		list.Tasks[i].When = time.Time{}
	}
	return list
}

func (h *hall) forget(id uint64) bool {
	reply := make(chan bool, 1)
	h.send(&Forget{ID: id, Reply: reply})
	return receive(h.t, reply)
}

func (h *hall) rerun(id uint64) <-chan actors.Result {
	answer := make(chan actors.Result, 1)
	go func() {
		result, _ := h.client.Rerun(h.t.Context(), id)
		answer <- result
	}()
	return answer
}

// killer dies with the next task.
func (s *seat) killer(payload string) {
	s.die(s.holds(payload))
	s.begin()
}

func TestPoisonIsSetAsideAndRunAgainByHand(t *testing.T) {
	h := open(t, Spec{Size: 1, MaxAttempts: 2})
	s := h.seats[0]
	s.begin()
	work := actors.Task{Payload: []byte("x"), Repeatable: true, Tag: 7}
	answer := h.submit(t.Context(), work)
	s.killer("x")
	s.killer("x")
	poison := &actors.PoisonError{Exits: []actors.Exit{killed, killed}}
	assert.Equal(t, actors.Result{Err: poison, Attempts: 2, Tag: 7}, receive(t, answer))
	work.Payload[0] = 'y' // it is the submitter's again
	kept := work
	kept.Payload = []byte("x")
	assert.Equal(t, PoisonList{Tasks: []Poisoned{{ID: 1, Task: kept, Exits: poison.Exits}}}, h.poison())

	again := h.rerun(1) // and it is poison still
	s.killer("x")
	s.killer("x")
	assert.Equal(t, actors.Result{Err: poison, Attempts: 2, Tag: 7}, receive(t, again))
	assert.Equal(t, []Poisoned{{ID: 1, Task: kept, Exits: append(poison.Exits, poison.Exits...)}}, h.poison().Tasks)

	one := h.rerun(1)
	call := s.holds("x")
	two := h.rerun(1)
	h.came(4)
	assert.True(t, h.poison().Tasks[0].Running)
	s.answer(call, "better")
	assert.Equal(t, "better", string(receive(t, one).Payload))
	assert.Equal(t, "better", string(receive(t, two).Payload))
	assert.Empty(t, h.poison().Tasks)
	assert.Equal(t, actors.ErrNotSetAside, receive(t, h.rerun(1)).Err)
	assert.Equal(t, Outcomes{Submitted: 5, Done: 2, Poison: 2, Other: 1}, h.stats().Outcomes)
}

func TestPoisonListIsBounded(t *testing.T) {
	h := open(t, Spec{Size: 1, MaxAttempts: 1, PoisonLimit: 2})
	s := h.seats[0]
	s.begin()
	for range 3 {
		answer := h.submit(t.Context(), actors.Task{Repeatable: true})
		s.killer("")
		assert.ErrorIs(t, receive(t, answer).Err, actors.ErrPoison)
	}
	list := h.poison()
	require.Len(t, list.Tasks, 2)
	assert.Equal(t, []uint64{2, 3}, []uint64{list.Tasks[0].ID, list.Tasks[1].ID})
	assert.Equal(t, uint64(1), list.Dropped)
	assert.True(t, h.forget(2))
	assert.False(t, h.forget(2))
}

// A run by hand that is given up or refused leaves the task where it was.
func TestRerunThatIsNotDone(t *testing.T) {
	h := open(t, Spec{Size: 1, MaxAttempts: 1})
	s := h.seats[0]
	s.begin()
	answer := h.submit(t.Context(), actors.Task{Repeatable: true})
	s.die(s.holds(""))
	receive(t, answer)
	again := h.rerun(1)
	h.came(2)
	h.send(&actors.GaveUp{Err: actors.ErrGaveUp})
	assert.Equal(t, actors.ErrGaveUp, receive(t, again).Err)
	assert.Equal(t, actors.ErrGaveUp, receive(t, h.rerun(1)).Err)
	list := h.poison().Tasks
	require.Len(t, list, 1)
	assert.False(t, list[0].Running)
}

func TestOnlyEndsThatTheTaskMayBeToBlameForMakeItPoison(t *testing.T) {
	h := open(t, Spec{Size: 1, MaxAttempts: 2})
	s := h.seats[0]
	s.begin()
	stopped := actors.Exit{Reason: actors.ReasonStopped, PID: 1}
	end := func(exit actors.Exit) {
		call := receive(t, s.calls)
		h.send(&process.Returned{Incarnation: s.run, MayHaveRun: []*process.Call{call}, Exit: exit})
		s.emit(&actors.Down{Who: s.pid, Incarnation: s.run, Exit: exit})
		s.begin()
	}
	answer := h.submit(t.Context(), actors.Task{Repeatable: true})
	end(stopped)
	end(killed)
	end(killed)
	assert.Equal(t, &actors.PoisonError{Exits: []actors.Exit{killed, killed}}, receive(t, answer).Err)
	answer = h.submit(t.Context(), actors.Task{Repeatable: true})
	end(stopped)
	end(killed)
	end(stopped)
	assert.Equal(t, &actors.WorkerExitedError{MayHaveRun: true, Attempts: 3, Exit: stopped}, receive(t, answer).Err)
}

func TestEveryReasonBlamesOrDoesNot(t *testing.T) {
	blamed := map[actors.Reason]bool{
		actors.ReasonExited: true, actors.ReasonSignalled: true, actors.ReasonOutOfMemory: true,
		actors.ReasonProtocol: true, actors.ReasonUnhealthy: true,
	}
	for reason := range actors.ReasonResourceLimit + 1 {
		assert.Equal(t, blamed[reason], blames(reason), "%s", reason)
	}
}

func TestRepeatBackoff(t *testing.T) {
	const s = time.Second
	for _, c := range []struct {
		backoff RepeatBackoff
		deaths  int
		random  float64
		want    time.Duration
	}{
		{RepeatBackoff{}, 1, 0.9, 0},
		{RepeatBackoff{}, 99, 0.9, 0},
		{RepeatBackoff{Min: s}, 1, 0, s},
		{RepeatBackoff{Min: s}, 3, 0, 4 * s},
		{RepeatBackoff{Min: s}, 99, 0, 10 * s},
		{RepeatBackoff{Min: s}, 1, 0.5, s + s/4},
		{RepeatBackoff{Min: s, Jitter: -1}, 1, 0.5, s},
		{RepeatBackoff{Min: s, Max: 3 * s, Jitter: 1}, 3, 0.5, 4*s + s/2},
		{RepeatBackoff{Min: 20 * s}, 5, 0, 20 * s},
		{RepeatBackoff{Min: s, Max: math.MaxInt64}, math.MaxInt, 0.5, math.MaxInt64},
	} {
		assert.Equal(t, c.want, c.backoff.delay(c.deaths, c.random), "%+v", c)
	}
}

// A task that rests is accepted: it can be cancelled, its clocks go on, a drain
// waits for it, and an end answers it.
func TestTaskRests(t *testing.T) {
	rest := func(t *testing.T, task actors.Task) (*world, *job) {
		w := alone(t)
		w.pool.spec.RepeatBackoff = RepeatBackoff{Min: 10 * time.Second, Jitter: -1}
		w.pool.scheduler.rests = true
		task.Repeatable = true
		j := w.newJob(task)
		w.pool.accept(j.call)
		w.pool.dispatch()
		w.pool.settle(w.pool.scheduler.returned(&process.Returned{Incarnation: 1, MayHaveRun: []*process.Call{j.call}, Exit: killed}))
		w.members[0].inbox = nil
		w.pool.memberEvent(&process.MemberEvent{Member: int(0), Event: &actors.Started{Incarnation: 2, PID: 2}})
		w.pool.memberEvent(&process.MemberEvent{Member: int(0), Event: &actors.Ready{Who: w.pool.pids[0], Incarnation: 2}})
		w.pool.dispatch()
		assert.Equal(t, 1, w.pool.stats().Queued)
		return w, j
	}
	t.Run("and runs again", func(t *testing.T) {
		w, j := rest(t, actors.Task{})
		w.pass(10*time.Second - 1)
		assert.Empty(t, w.members[0].inbox)
		w.pass(1)
		assert.Equal(t, []any{j.call}, w.members[0].inbox)
	})
	t.Run("until it is cancelled", func(t *testing.T) {
		w, j := rest(t, actors.Task{})
		j.left = true
		w.pool.cancel(&process.Cancel{Call: j.call, Epoch: j.epoch, Err: errLeft})
		w.collect()
		assert.Equal(t, &actors.CancelledError{Stage: actors.StageRun, Err: errLeft}, j.result.Err)
	})
	t.Run("until its time is over", func(t *testing.T) {
		w, j := rest(t, actors.Task{Timeout: time.Second, QueueTimeout: time.Second / 2})
		w.pass(time.Second)
		w.collect()
		assert.Equal(t, &actors.TaskTimeoutError{Stage: actors.StageRun, Limit: time.Second}, j.result.Err)
	})
	t.Run("while the pool drains", func(t *testing.T) {
		w, j := rest(t, actors.Task{})
		done := make(chan struct{}, 1)
		w.pool.scheduler.close(actors.ErrStopping)
		w.pool.drains = append(w.pool.drains, done)
		w.pool.dispatch()
		assert.Empty(t, done)
		w.pool.end(actors.ErrStopping)
		w.pool.dispatch()
		assert.Len(t, done, 1)
		w.collect()
		assert.Equal(t, &actors.WorkerExitedError{MayHaveRun: true, Exit: killed}, j.result.Err)
	})
}

func TestNeverStarted(t *testing.T) {
	h := open(t, Spec{Size: 1})
	answer := h.submit(t.Context(), task("x"))
	h.send(&actors.GaveUp{Err: actors.ErrGaveUp})
	for _, err := range []error{receive(t, answer).Err, receive(t, h.submit(t.Context(), task("late"))).Err} {
		assert.ErrorIs(t, err, actors.ErrNeverStarted)
		assert.ErrorIs(t, err, actors.ErrGaveUp)
	}
	assert.Equal(t, Outcomes{Submitted: 2, Stopping: 2}, h.stats().Outcomes)
}
