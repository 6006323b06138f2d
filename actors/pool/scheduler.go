package pool

import (
	"time"

	"brood/actors"
	"brood/actors/process"
)

// queued is the Member of a call that waits.
const queued = -1

// scheduler decides which call goes to which member. It owns the queue and
// does no input or output; the actor carries out what it says.
type scheduler struct {
	limit       int // of the queue
	slots       int // of each member
	maxAttempts int

	members []member
	head    *process.Call
	tail    *process.Call
	length  int
	held    int // by all members

	now     time.Time // of this turn
	paused  bool      // nothing is handed out
	quota   int       // how many calls an incarnation may take; 0: any number
	changed bool      // there is news for the crew
	waits   histogram // in the queue
	runs    histogram // from handing over to the answer
	starts  histogram // from a child's start until it is ready

	closed   error // why nothing is accepted any more; nil: it is
	draining bool  // and that is for good
	ended    bool  // what comes back is not run again
}

func newScheduler(size, slots, limit, maxAttempts int) *scheduler {
	return &scheduler{limit: limit, slots: slots, maxAttempts: maxAttempts, members: make([]member, size)}
}

// accept takes a call into the queue, or says why not.
func (s *scheduler) accept(call *process.Call) error {
	if s.closed != nil {
		return s.closed
	}
	// A task that finds a free slot never waits: only those that do count.
	if s.length >= s.limit && s.length >= s.limit+s.free() {
		return actors.ErrQueueFull
	}
	call.Pool.Accepted = s.now
	s.pushBack(call)
	return nil
}

// oldest is when the task that has been in the pool for the longest was accepted,
// of those that wait.
func (s *scheduler) oldest() (accepted time.Time, any bool) {
	if s.head == nil {
		return time.Time{}, false
	}
	return s.head.Pool.Accepted, true
}

// free counts the slots of ready members.
func (s *scheduler) free() int {
	n := 0
	for i := range s.members {
		if m := &s.members[i]; m.ready && m.held < s.slots {
			n += s.slots - m.held
		}
	}
	return n
}

// next takes the oldest waiting call and the member that it goes to: the ready
// one that holds the fewest, the first of these. It returns nil if nothing
// waits or nobody has a free slot.
func (s *scheduler) next() (call *process.Call, to int) {
	if s.head == nil || s.paused {
		return nil, queued
	}
	to = queued
	for i := range s.members {
		m := &s.members[i]
		if m.ready && m.held < s.slots && (to == queued || m.held < s.members[to].held) {
			to = i
		}
	}
	if to == queued {
		return nil, queued
	}
	call = s.head
	s.unlink(call)
	call.Pool.Member, call.Pool.Incarnation = to, s.members[to].incarnation
	call.Pool.Handed = s.now
	if call.Attempts == 0 {
		s.waits.record(s.now.Sub(call.Pool.Accepted))
	}
	s.handOver(to)
	return call, to
}

// cancel ends a call early. It reports whether the call was waiting; if not,
// whoever holds it must be told, and the error is remembered in case that it
// comes back.
func (s *scheduler) cancel(call *process.Call, err error) (wasQueued bool) {
	if call.Pool.Member == queued {
		s.unlink(call)
		return true
	}
	call.Pool.Cancelled = err
	return false
}

// close stops accepting. Calls that wait or are held go on.
func (s *scheduler) close(why error) {
	if s.closed == nil {
		s.closed = why
	}
}

// end stops everything: it empties the queue, returns what was in it, and
// nothing that comes back will be run again.
func (s *scheduler) end(why error) []*process.Call {
	s.close(why)
	s.ended = true
	var calls []*process.Call
	for s.head != nil {
		calls = append(calls, s.head)
		s.unlink(s.head)
	}
	return calls
}

// reopen undoes end.
func (s *scheduler) reopen() {
	if !s.draining {
		s.closed, s.ended = nil, false
	}
}

// drained reports whether nothing waits and nothing is held.
func (s *scheduler) drained() bool { return s.length == 0 && s.held == 0 }
