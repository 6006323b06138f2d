package pool

import "time"

const (
	// aheadTime is how long the calls take of which a member is handed one besides
	// the call that it is at, if the pool decides how many (Prefetch 0). Of shorter
	// ones it is handed more, by the square: the round trip that it would be idle
	// for without (50 us where a core has to wake up) costs more of them, and what
	// each costs is the less, the more there are in one write and one read. It does
	// not matter then who works on them; and if one takes long after all, the others
	// are taken back (steal).
	aheadTime = 250 * time.Microsecond
	// MaxPrefetch is the most calls that a member is handed then: with more, its
	// pipes and our reads get no fuller.
	MaxPrefetch = 256
	// streakTime and maxStreak bound how much a member is handed before the next one
	// is woken for what could wait behind it.
	streakTime = 200 * time.Microsecond
	maxStreak  = 32
	// roundTrip is what a lone call takes at the least, if a core has to wake up for it.
	roundTrip = 50 * time.Microsecond
	// longTime is what a call takes, round trip and all, only if it is a long one.
	longTime = time.Millisecond
)

// pace is how fast a member answers, and what it is handed for that.
type pace struct {
	depth   int           // calls that it may hold
	perCall time.Duration // from answer to answer while it had work, smoothed; 0: not known
	since   time.Time     // when it answered last, or began to have work
}

// learn says that the member has answered n calls, and how long it says that it works
// on one (0: it does not say). What is wanted is that; but a child need not say it, and
// does not while it is at a long one. The time from answer to answer has in it what
// else the machine does: where 64 members are at short calls, on two processors, each
// call takes as long as a long one, and would be spread over all of them for ever. It
// also has the round trip in it, if little was ahead. So the shorter of the two counts,
// and the shortest of late: a depth that shrank with each delay would make the next one
// longer. Only a call that took long by itself counts at once. What the member says is
// believed as far as the time could have shown it on a machine with nothing else to do:
// one short call does not make up for the next ones.
func (p *pace) learn(n int, told time.Duration, now time.Time) {
	took := max(now.Sub(p.since)/time.Duration(n), 1)
	if told > 0 {
		took = min(took, max(told, roundTrip/time.Duration(n)))
	}
	p.since = now
	switch {
	case p.perCall == 0, took < p.perCall, n == 1 && took > longTime:
		p.perCall = took
	default:
		p.perCall = min(took, p.perCall+p.perCall/16+1)
	}
}

// ahead is how many calls a member of this pace may hold.
func (p *pace) ahead() int {
	if p.perCall == 0 {
		return 1
	}
	more := min(float64(aheadTime)/float64(p.perCall), MaxPrefetch)
	return 1 + int(min(more*more, MaxPrefetch-1))
}

// streak is how many calls more a member of this pace gets in a row.
func (p *pace) streak() int {
	if p.perCall == 0 {
		return 0
	}
	return int(min(streakTime/p.perCall, maxStreak, time.Duration(p.depth/8)))
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
	if least == queued {
		return queued
	}
	m := &s.members[least]
	s.last, s.streak = least, m.pace.streak()
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
