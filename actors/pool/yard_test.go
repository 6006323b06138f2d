package pool

import (
	"slices"

	"github.com/stretchr/testify/require"

	"brood/actors/process"
)

func (y *yard) check() {
	s := y.scheduler
	require.False(y.t, s.over() && !y.back, "more waits than may")
	for key, n := range y.running() {
		require.True(y.t, s.order.KeyLimit == 0 || n <= s.order.KeyLimit, "%d of key %s", n, key)
	}
	check, free := slices.Collect(s.waiting()), y.free()
	if head := s.door.head; head != nil {
		check = append(check, head)
	}
	for _, call := range check {
		if y.mayRun(call, free) {
			require.Fail(y.t, "it waits, and somebody is free")
		}
	}
}

// mayRun reports whether one of the members that are free may have a call.
func (y *yard) mayRun(call *process.Call, free []int) bool {
	s := y.scheduler
	if s.order.KeyLimit > 0 && y.running()[call.Task.Key] >= s.order.KeyLimit {
		return false
	}
	if s.order.Sticky {
		if h, was := y.at[s.keys.homes.row(call.Task.Key)]; was && y.alive(h) {
			return slices.Contains(free, h.member)
		}
	}
	return len(free) > 0
}

func (y *yard) running() map[string]int {
	running := map[string]int{}
	for _, calls := range y.holds {
		for _, call := range calls {
			running[call.Task.Key]++
		}
	}
	return running
}

func (y *yard) free() (free []int) {
	for i, calls := range y.holds {
		if m := y.scheduler.members[i]; m.ready && len(calls) < m.pace.depth {
			free = append(free, i)
		}
	}
	return free
}
