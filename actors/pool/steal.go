package pool

import "time"

// stealAfter is how long a member may be at one call before others that are idle
// take over what it was handed beyond it: longer than a round trip, so that what
// is short is left where it is.
const stealAfter = time.Millisecond

// steal finds a member that is to give back calls which it has not begun: one that
// has been at the same call for a while, when nothing waits and others are idle.
// It returns how many, half of what stands behind that call at least. If there is
// none yet, but may be one soon, again is true.
func (s *scheduler) steal() (from, n int, again bool) {
	if s.busy() || s.paused || s.order.Sticky { // a key's calls go to its home, however long that takes
		return queued, 0, false
	}
	idle, loaded := false, false
	from = queued
	for i := range s.members {
		m := &s.members[i]
		switch {
		case m.ready && m.held == 0:
			idle = true
		case m.marks && m.held > 1 && !m.asked:
			loaded = true
			if s.now.Sub(m.pace.since) >= stealAfter && (from == queued || m.held > s.members[from].held) {
				from = i
			}
		}
	}
	if !idle || from == queued {
		return queued, 0, idle && loaded
	}
	m := &s.members[from]
	m.asked = true
	return from, m.held / 2, loaded
}

// busy reports whether what waits is enough for all. What waits for its key's
// limit is not.
func (s *scheduler) busy() bool { return s.length > 0 && s.order.KeyLimit == 0 }
