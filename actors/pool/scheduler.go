package pool

import (
	"brood/actors"
	"brood/actors/process"
)

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
	resting map[*process.Call]struct{} // they wait for their next attempt
	held    int                        // by all members

	rests    bool  // calls rest before they are run again
	closed   error // why nothing is accepted any more; nil: it is
	draining bool  // and that is for good
	ended    bool  // what comes back is not run again
}

func newScheduler(size, slots, limit, maxAttempts int) *scheduler {
	return &scheduler{limit: limit, slots: slots, maxAttempts: maxAttempts, members: make([]member, size),
		resting: map[*process.Call]struct{}{}}
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
	if s.head == nil {
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
	s.members[to].held++
	s.held++
	return call, to
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
	var calls []*process.Call
	for s.head != nil {
		calls = append(calls, s.head)
		s.unlink(s.head)
	}
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
