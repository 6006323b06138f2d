package pool

import (
	"github.com/stretchr/testify/require"

	"brood/actors/process"
)

// check holds the scheduler's counts against what is where.
func (w *world) check(slots int) {
	w.t.Helper()
	place := map[*process.Call]int{}
	queue := 0
	for call := range w.scheduler.waiting() {
		place[call]++
		queue++
	}
	require.Equal(w.t, w.scheduler.length, queue)
	held := 0
	for i := range w.members {
		m := &w.members[i]
		require.LessOrEqual(w.t, len(m.holds), slots)
		require.LessOrEqual(w.t, w.scheduler.members[i].held, slots)
		held += w.scheduler.members[i].held
		for _, call := range m.places() {
			place[call]++
		}
	}
	require.Equal(w.t, held, w.scheduler.held)
	for _, call := range w.calls {
		require.Equal(w.t, 1, place[call]+w.answers[call], "call %v", call.Task.Tag)
	}
}

// places are the unanswered calls with a member, or on their way to it or back.
func (m *fakeMember) places() (calls []*process.Call) {
	for _, message := range m.inbox {
		if call, ok := message.(*process.Call); ok {
			calls = append(calls, call)
		}
	}
	for _, call := range m.holds {
		if call != nil {
			calls = append(calls, call)
		}
	}
	for _, message := range m.outbox {
		if back, ok := message.(*process.Returned); ok {
			calls = append(append(calls, back.MayHaveRun...), back.NotRun...)
		}
	}
	return calls
}
