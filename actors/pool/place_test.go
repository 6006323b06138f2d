package pool

import (
	"cmp"
	"errors"
	"fmt"

	"github.com/stretchr/testify/require"

	"brood/actors"
	"brood/actors/process"
)

// must is require.True without what that costs, for what is asked very often.
func (w *world) must(ok bool, format string, args ...any) {
	if !ok {
		require.FailNow(w.t, fmt.Sprintf("seed %d: "+format, append([]any{w.seed}, args...)...))
	}
}

// check holds the pool's counts against what is where.
func (w *world) check() {
	s, place := w.pool.scheduler, map[*process.Call]int{}
	waiting := 0
	for call := range s.waiting() {
		place[call]++
		waiting++
		e := entryOf(call)
		w.must(e == nil || e.cancelled == nil, "one that was given up waits to be run")
	}
	for call := s.door.head; call != nil; call = call.Pool.Next {
		place[call]++
	}
	w.must(s.length == waiting, "counts differ")
	for call := range s.resting {
		place[call]++
	}
	held := 0
	for i := range w.members {
		m := &w.members[i]
		if i < len(s.members) {
			w.checkMember(i)
			held += s.members[i].held
		}
		for _, call := range m.places() {
			place[call]++
		}
	}
	w.must(held == s.held, "counts differ")
	w.checkKeys()
	w.checkRiders(place)
	for _, j := range w.open {
		w.must(place[j.call] == 1, "task %v is in %d places", j.task.Tag, place[j.call])
	}
}

// checkMember holds what the pool knows of a member against what it does.
func (w *world) checkMember(i int) {
	m, most := &w.pool.scheduler.members[i], cmp.Or(w.pool.spec.Prefetch, MaxPrefetch)
	w.must(len(w.members[i].holds) <= most, "member %d holds too much", i)
	w.must(m.held >= 0 && m.held <= most, "member %d is held for one that holds %d", i, m.held)
	w.must(!m.ready || m.standing == serving, "member %d takes calls and leaves", i)
	w.must(len(w.pool.scheduler.keys.held[i]) <= m.held, "member %d holds more keys than calls", i)
}

// checkKeys counts the calls of a key that children have, or will get.
func (w *world) checkKeys() {
	limit, running := w.pool.spec.Order.KeyLimit, map[string]int{}
	if limit == 0 {
		return
	}
	for i := range w.members {
		m := &w.members[i]
		for _, h := range m.holds {
			running[h.task.Key]++
		}
		for _, message := range m.inbox {
			if call, ok := message.(*process.Call); ok && m.running && call.Pool.Incarnation == m.run {
				running[call.Task.Key]++
			}
		}
	}
	for key, n := range running {
		w.must(n <= limit, "%d of key %s run", n, key)
	}
}

// checkRiders adds the calls that wait for the answer of another, each of which
// must be in one place itself, or have its answer on the way.
func (w *world) checkRiders(place map[*process.Call]int) {
	leads := map[*join]bool{}
	for _, result := range w.arriving {
		leads[result.Tag.(*join)] = true
	}
	for call := range place {
		if e := entryOf(call); e != nil && e.leads != nil {
			w.must(place[call] == 1, "a run of the pool's own is in %d places", place[call])
			leads[e.leads] = true
		}
	}
	riders := 0
	for j := range leads {
		riders += len(j.riders)
		for _, call := range j.riders {
			place[call]++
		}
	}
	w.must(riders == w.pool.riders, "counts differ")
}

// places are the unanswered calls with a member, or on their way to it or back.
func (m *fakeMember) places() (calls []*process.Call) {
	for _, message := range m.inbox {
		if call, ok := message.(*process.Call); ok {
			calls = append(calls, call)
		}
	}
	for _, h := range m.holds {
		if h.call != nil {
			calls = append(calls, h.call)
		}
	}
	for _, message := range m.outbox {
		switch back := message.(type) {
		case *process.Returned:
			calls = append(append(calls, back.MayHaveRun...), back.NotRun...)
		case *process.GivenBack:
			calls = append(calls, back.Calls...)
		}
	}
	return calls
}

// judge holds an answer against what its submitter knows.
func (w *world) judge(j *job) {
	w.t.Helper()
	err := j.result.Err
	var late *actors.TaskTimeoutError
	var cancelled *actors.CancelledError
	var poison *actors.PoisonError
	switch {
	case err == nil:
		require.Equal(w.t, string(j.task.Payload), string(j.result.Payload), "seed %d: task %v", w.seed, j.task.Tag)
		if j.task.ID == "" && !j.rerun {
			require.Equal(w.t, w.runs[j.task.Tag], j.result.Attempts, "seed %d: task %v", w.seed, j.task.Tag)
		}
	case errors.As(err, &late):
		require.NotZero(w.t, late.Limit)
		if j.task.ID == "" && !j.rerun { // else it may be the clock of another that was there before
			require.GreaterOrEqual(w.t, w.now-j.began, late.Limit, "seed %d: task %v", w.seed, j.task.Tag)
			require.Contains(w.t, []any{j.task.Timeout, j.task.QueueTimeout, j.task.StartTimeout}, any(late.Limit))
		}
	case errors.As(err, &cancelled):
		require.True(w.t, j.left, "seed %d: task %v", w.seed, j.task.Tag)
		require.ErrorIs(w.t, err, errLeft)
	case errors.As(err, &poison):
		require.Len(w.t, poison.Exits, w.pool.spec.MaxAttempts)
		for _, exit := range poison.Exits {
			require.Equal(w.t, actors.ReasonSignalled, exit.Reason)
		}
		require.True(w.t, j.task.Repeatable || j.task.ID != "") // one that joins is as the first one is
	case !errors.Is(err, actors.ErrWorkerExited):
		require.Condition(w.t, func() bool {
			return errors.Is(err, actors.ErrQueueFull) || errors.Is(err, actors.ErrPushedOut) || errors.Is(err, actors.ErrStopping) ||
				errors.Is(err, actors.ErrGaveUp) || j.rerun
		}, "seed %d: %v", w.seed, err)
	}
}

// checkEnd looks at what is left of a pool that has drained.
func (w *world) checkEnd(drained <-chan struct{}) {
	w.t.Helper()
	require.Len(w.t, drained, 1, "seed %d: it has not drained", w.seed)
	for _, j := range w.jobs {
		require.NotNil(w.t, j.result, "seed %d: task %v", w.seed, j.task.Tag)
		if !j.task.Repeatable && j.task.ID == "" && !j.rerun {
			require.LessOrEqual(w.t, w.runs[j.task.Tag], 1, "seed %d: task %v ran more than once", w.seed, j.task.Tag)
		}
	}
	require.Empty(w.t, w.pool.joins)
	require.Empty(w.t, w.pool.scheduler.resting)
	require.Empty(w.t, w.pool.scheduler.keys.lanes, "seed %d: keys of nothing", w.seed)
	require.Zero(w.t, w.pool.riders)
	require.False(w.t, w.awaited(), "seed %d: a change was not answered", w.seed)
	require.LessOrEqual(w.t, len(w.pool.poison.tasks), w.pool.spec.PoisonLimit)
	w.pool.clocks.sweep()
	for line := range w.pool.clocks.lines {
		require.Empty(w.t, w.pool.clocks.lines[line].items, "seed %d: clocks of line %d", w.seed, line)
	}
	require.Equal(w.t, uint64(len(w.jobs)), w.pool.tally.Total(), "seed %d", w.seed)
}
