package pool

import "time"

// standing is how far a member has come between being hired and being gone.
type standing uint8

const (
	// serving: it is one of those that the pool is to have, also while its child is
	// being restarted.
	serving standing = iota
	// vacant: nobody has this number.
	vacant
	// hiring: it is being started for the first time, and was not ready yet.
	hiring
	// retiring: it takes no more calls, and leaves when it holds none.
	retiring
	// leaving: it is being stopped.
	leaving
	// lost: something of it could not be ended, so that its number is never used
	// again.
	lost
)

// member is what the scheduler knows of one child. Its number is its place; it is
// given to another one only when nothing of the former is left, and so no message
// of it on its way.
type member struct {
	incarnation uint32
	ready       bool // takes calls, as far as it has room
	held        int  // calls handed over and not yet answered
	restarts    int
	pid         int // of the OS process
	done        uint64

	standing standing
	hire     int  // counts those that were hired: tells apart who had the number
	version  int  // of what it was made from
	survived bool // something of a child of it
	surplus  bool // it retires and is not replaced

	// Of the incarnation.
	startedAt time.Time // its process ran
	readyAt   time.Time
	idleSince time.Time // when it held no call first, or no more
	taken     int       // calls that were handed over
	spent     bool      // these were as many as it may take
	expires   time.Time // its age is over; zero: that is not known yet
	baseline  int64     // memory after its first tasks
	due       bool      // it is to be replaced
	marks     bool      // its child says what it has begun: the rest can be taken back
	asked     bool      // … and was asked to give some back, since its last answer

	meter meter
	pace  pace
}

// ready says that a member's incarnation takes calls.
func (s *scheduler) ready(i int, incarnation uint32) {
	m := &s.members[i]
	if m.standing == hiring {
		m.standing = serving
		s.joins++
	}
	m.incarnation, m.ready = incarnation, m.standing == serving
	m.pace, m.asked = pace{depth: max(s.prefetch, 1)}, false
	m.readyAt, m.idleSince = s.now, s.now
	m.meter.open(s.now)
	s.changed = true
	if !m.startedAt.IsZero() {
		s.starts.record(s.now.Sub(m.startedAt))
	}
}

// started says that a member's incarnation runs, not that it takes calls.
func (s *scheduler) started(i int, incarnation uint32, pid int) {
	m := &s.members[i]
	if m.incarnation > 0 {
		m.restarts++
	}
	m.incarnation, m.pid, m.startedAt = incarnation, pid, s.now
	m.taken, m.spent, m.baseline, m.expires, m.due = 0, false, 0, time.Time{}, false
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
	s.letGo(m, m.held)
	s.keys.gone(i)
	m.ready, m.pid, s.changed = false, 0, true
}

// freed says that a member's incarnation has answered n calls, and how long it says
// that it works on one.
func (s *scheduler) freed(i int, incarnation uint32, n int, told time.Duration) {
	m := &s.members[i]
	if incarnation != m.incarnation {
		return
	}
	n = min(n, m.held)
	m.done += uint64(n)
	s.letGo(m, n)
	if n > 0 {
		m.asked = false
		if s.order.Sticky { // what waits for one member is not taken back for another
			told = 0
		}
		m.pace.learn(n, told, s.now)
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

// letGo takes n calls from a member.
func (s *scheduler) letGo(m *member, n int) {
	if n == 0 {
		return
	}
	m.held -= n
	s.held -= n
	if m.held > 0 {
		return
	}
	m.meter.end(s.now)
	m.idleSince = s.now
	if m.spent || m.due || m.standing == retiring {
		s.changed = true
	}
}

// handOver gives a member one call more.
func (s *scheduler) handOver(i int) {
	m := &s.members[i]
	if m.held == 0 {
		m.pace.since = s.now
		m.meter.begin(s.now)
	}
	m.held++
	m.taken++
	s.held++
	if s.quota > 0 && m.taken >= s.quota {
		m.ready, m.spent, s.changed = false, true, true
	}
}
