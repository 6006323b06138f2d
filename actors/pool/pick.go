package pool

import "time"

const (
	// aheadTime is how much work a member is handed besides the call that it is
	// at, if the pool decides how much (Prefetch 0): more than the round trip that
	// it would be idle for without (50 us where a core has to wake up), and so
	// little that it does not matter who works on it.
	aheadTime = 500 * time.Microsecond
	// MaxPrefetch is the most calls that a member is handed then: with more, its
	// pipes and our reads get no fuller.
	MaxPrefetch = 256
	// wakeTime is how much work a member is handed before the next one is woken
	// for what could wait behind it: what the waking costs.
	wakeTime = 60 * time.Microsecond
	// maxStreak bounds it in calls.
	maxStreak = 32
)

// pace is how fast a member answers, and what it is handed for that.
type pace struct {
	depth   int           // calls that it may hold
	perCall time.Duration // from answer to answer while it had work, smoothed; 0: not known
	since   time.Time     // when it answered last, or began to have work
}

// learn says that the member has answered n calls. With nothing ahead, the time
// of one has the round trip in it: then the depth grows over some of them.
func (p *pace) learn(n int, now time.Time) {
	took := max(now.Sub(p.since)/time.Duration(n), 1)
	p.since = now
	switch {
	case p.perCall == 0:
		p.perCall = took
	case took > p.perCall:
		p.perCall += (took - p.perCall) / 2 // work that gets longer counts sooner
	default:
		p.perCall -= (p.perCall - took) / 4
	}
}

// ahead is how many calls a member of this pace may hold.
func (p *pace) ahead() int {
	if p.perCall == 0 {
		return 1
	}
	return 1 + int(min(aheadTime/p.perCall, MaxPrefetch-1))
}

// streak is how many calls more a member of this pace gets in a row.
func (p *pace) streak() int {
	if p.perCall == 0 {
		return 0
	}
	return int(min(wakeTime/p.perCall, maxStreak))
}

// pick returns the ready member that gets the next call, or queued if none has
// room. It is the one that holds the fewest, the first of these. But as long as
// calls are so short that waking another member costs more than what the former
// has to do, that one gets some more: many calls in one write, and many answers in
// one read, cost a fraction of what they cost one by one.
func (s *scheduler) pick() int {
	if s.streak > 0 && s.hasRoom(s.last) {
		s.streak--
		return s.last
	}
	least := s.freest()
	if least != queued {
		s.last, s.streak = least, s.members[least].pace.streak()
	}
	return least
}

// freest is the ready member with room that holds the fewest, the first of these,
// or queued.
func (s *scheduler) freest() int {
	least := queued
	for i := range s.members {
		if s.hasRoom(i) && (least == queued || s.members[i].held < s.members[least].held) {
			least = i
		}
	}
	return least
}

// hasRoom reports whether a member may be handed one more call.
func (s *scheduler) hasRoom(i int) bool {
	m := &s.members[i]
	return m.ready && m.held < m.pace.depth
}
