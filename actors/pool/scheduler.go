package pool

import (
	"time"

	"brood/actors"
	"brood/actors/process"
)

// scheduler decides which call goes to which member. It owns the queue and
// does no input or output; the actor carries out what it says.
type scheduler struct {
	queue
	prefetch    int // of each member; 0: as fits its pace
	maxAttempts int

	members []member
	resting map[*process.Call]struct{} // they wait for their next attempt
	held    int                        // by all members
	now     time.Time                  // of this turn
	last    int                        // member that got a call
	streak  int                        // calls that it gets before others

	paused  bool      // nothing is handed out
	quota   int       // how many calls an incarnation may take; 0: any number
	joins   uint64    // members that were ready for the first time
	changed bool      // there is news for the crew
	waits   histogram // in the queue
	runs    histogram // from handing over to the answer
	starts  histogram // from a child's start until it is ready

	rests    bool  // calls rest before they are run again
	closed   error // why nothing is accepted any more; nil: it is
	draining bool  // and that is for good
	ended    bool  // what comes back is not run again
}

func newScheduler(size, prefetch, maxAttempts int, queue queue) *scheduler {
	return &scheduler{queue: queue, prefetch: prefetch, maxAttempts: maxAttempts, members: make([]member, size),
		resting: map[*process.Call]struct{}{}}
}

// accept takes a call into the queue, or says why not. If it does not fit, what
// a member has room for must have been handed out before: only what has to wait
// counts. A queue that is full lets it wait at the door, or says who is pushed out
// for it.
func (s *scheduler) accept(call *process.Call) (out []*process.Call, err error) {
	if s.closed != nil {
		return nil, s.closed
	}
	if err := s.tooLarge(call); err != nil {
		return nil, err
	}
	call.Pool.Accepted = s.now
	if s.door.empty() && (s.fits(call) || s.passes(call)) {
		s.pushBack(call)
		return nil, nil
	}
	switch {
	case s.room.whenFull == Wait && !call.Pool.NoWait:
		s.waitAtDoor(call)
		return nil, nil
	case s.room.whenFull == PushOut:
		return s.pushOut(call)
	}
	return nil, actors.ErrQueueFull
}

// pushOut accepts a call and makes room for it.
func (s *scheduler) pushOut(call *process.Call) (out []*process.Call, err error) {
	s.pushBack(call)
	for s.over() {
		least := s.least()
		s.unlink(least)
		if least == call {
			return out, actors.ErrQueueFull
		}
		out = append(out, least)
	}
	return out, nil
}

// passes reports whether a call would be handed out at once, if all that could
// be have been.
func (s *scheduler) passes(call *process.Call) bool {
	if s.paused || !s.order.keyed() {
		return false // a queue that is full has calls that are before it
	}
	bench, waits := s.keys.wouldWait(call.Task.Key)
	switch {
	case waits:
		return false
	case bench == nil || bench == &s.keys.any:
		return s.freest() != queued
	}
	return s.hasRoom(bench.member)
}

// next takes the next waiting call and the member that it goes to. It returns nil
// if nothing waits or nobody who may get it has room.
func (s *scheduler) next() (call *process.Call, to int) {
	switch {
	case s.length == 0 || s.paused:
		return nil, queued
	case s.order.Sticky:
		if to = s.freest(); to != queued {
			call, to = s.nextAtHome(to)
		}
	default:
		if to = s.pick(); to != queued {
			call = s.first()
		}
	}
	if call == nil {
		return nil, queued
	}
	s.handed(call, to)
	call.Pool.Member, call.Pool.Incarnation = to, s.members[to].incarnation
	if call.Pool.Handed.IsZero() { // it was not given back
		s.waits.record(s.now.Sub(call.Pool.Accepted))
	}
	call.Pool.Handed = s.now
	s.handOver(to)
	return call, to
}

// letIn lets in who waits at the door, as far as there is room, and tells of each.
// It reports whether anybody came in.
func (s *scheduler) letIn(entered func(*process.Call)) bool {
	return !s.door.empty() && s.closed == nil && s.admit(s.passes, entered)
}

// withdraw takes out a call that the pool holds.
func (s *scheduler) withdraw(call *process.Call) {
	if call.Pool.Member == resting {
		delete(s.resting, call)
		return
	}
	s.unlink(call)
}

// close stops accepting. Calls that wait or are held go on.
func (s *scheduler) close(why error) {
	if s.closed == nil {
		s.closed = why
	}
}

// end stops everything: it empties the queue, returns what waited, and
// nothing that comes back will be run again.
func (s *scheduler) end(why error) []*process.Call {
	s.close(why)
	s.ended = true
	calls := s.empty()
	for call := range s.resting {
		calls = append(calls, call)
	}
	clear(s.resting)
	return calls
}

// reopen undoes end.
func (s *scheduler) reopen() {
	if !s.draining {
		s.closed, s.ended = nil, false
	}
}

// drained reports whether nothing waits and nothing is held.
func (s *scheduler) drained() bool { return s.length+s.held+len(s.resting) == 0 }
