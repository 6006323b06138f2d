package pool

// member is what the scheduler knows of one child.
type member struct {
	incarnation uint32
	ready       bool
	held        int // calls handed over and not yet answered
	restarts    int
	pid         int // of the OS process
	done        uint64

	pace  pace
	marks bool // its child says what it has begun: the rest can be taken back
	asked bool // … and was asked to give some back, since its last answer
}

// ready says that a member's incarnation takes calls.
func (s *scheduler) ready(i int, incarnation uint32) {
	m := &s.members[i]
	m.incarnation, m.ready = incarnation, true
	m.pace, m.asked = pace{depth: max(s.prefetch, 1)}, false
}

// started says that a member's incarnation runs, not that it takes calls.
func (s *scheduler) started(i int, incarnation uint32, pid int) {
	m := &s.members[i]
	if m.incarnation > 0 {
		m.restarts++
	}
	m.incarnation, m.pid = incarnation, pid
}

// retire says that a member's incarnation takes no more calls.
func (s *scheduler) retire(i int, incarnation uint32) {
	if m := &s.members[i]; incarnation == m.incarnation {
		m.ready = false
	}
}

// down says that a member's incarnation is over. The calls that it held have
// come back before, or were answered.
func (s *scheduler) down(i int, incarnation uint32) {
	m := &s.members[i]
	if incarnation != m.incarnation {
		return // it was never started
	}
	s.held -= m.held
	m.ready, m.held, m.pid = false, 0, 0
	s.keys.gone(i)
}

// freed says that a member's incarnation has answered n calls.
func (s *scheduler) freed(i int, incarnation uint32, n int) {
	m := &s.members[i]
	if incarnation != m.incarnation {
		return
	}
	n = min(n, m.held)
	m.held -= n
	m.done += uint64(n)
	s.held -= n
	if n > 0 {
		m.asked = false
		m.pace.learn(n, s.now)
		if s.prefetch == 0 && m.marks {
			m.pace.depth = m.pace.ahead()
		}
	}
}

// freedKeys says whose calls those were that a member's incarnation has
// answered, if they are counted.
func (s *scheduler) freedKeys(i int, incarnation uint32, keys []string) {
	if incarnation == s.members[i].incarnation {
		s.keys.ended(i, keys)
	}
}
