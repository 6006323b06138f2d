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
	prefetch    int // of each member; 0: as fits its pace
	maxAttempts int

	members []member
	head    *process.Call
	tail    *process.Call
	length  int
	held    int       // by all members
	now     time.Time // of this turn
	last    int       // member that got a call
	streak  int       // calls that it gets before others

	closed   error // why nothing is accepted any more; nil: it is
	draining bool  // and that is for good
	ended    bool  // what comes back is not run again
}

func newScheduler(size, prefetch, limit, maxAttempts int) *scheduler {
	return &scheduler{limit: limit, prefetch: prefetch, maxAttempts: maxAttempts, members: make([]member, size)}
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
	s.pushBack(call)
	return nil
}

// free counts the slots of ready members.
func (s *scheduler) free() int {
	n := 0
	for i := range s.members {
		if m := &s.members[i]; m.ready && m.held < m.pace.depth {
			n += m.pace.depth - m.held
		}
	}
	return n
}

// next takes the oldest waiting call and the member that it goes to: the ready
// one that holds the fewest, the first of these. It returns nil if nothing
// waits or nobody has a free slot.
func (s *scheduler) next() (call *process.Call, to int) {
	if s.head == nil {
		return nil, queued
	}
	if to = s.pick(); to == queued {
		return nil, queued
	}
	call = s.head
	s.unlink(call)
	call.Pool.Member, call.Pool.Incarnation = to, s.members[to].incarnation
	if s.members[to].held == 0 {
		s.members[to].pace.since = s.now
	}
	s.members[to].held++
	s.held++
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
