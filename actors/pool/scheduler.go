package pool

import (
	"brood/actors"
	"brood/actors/process"
)

// queued is the Member of a call that waits.
const queued = -1

// member is what the scheduler knows of one child.
type member struct {
	incarnation uint32
	ready       bool
	held        int // calls handed over and not yet answered
	restarts    int
	pid         int // of the OS process
	done        uint64
}

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

	closed   error // why nothing is accepted any more; nil: it is
	draining bool  // and that is for good
	ended    bool  // what comes back is not run again
}

// verdict is what to do with a call that came back.
type verdict struct {
	call *process.Call
	err  error // answer it with this; nil: it is queued again
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

// ready says that a member's incarnation takes calls.
func (s *scheduler) ready(i int, incarnation uint32) {
	m := &s.members[i]
	m.incarnation, m.ready = incarnation, true
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
}

// returned takes back calls that a member can not answer any more. exit has no
// Reason if the member only refused: its Down is then on the way.
func (s *scheduler) returned(m *process.Returned) []verdict {
	if m.Incarnation == s.members[m.Member].incarnation {
		s.members[m.Member].ready = false
		n := min(len(m.MayHaveRun)+len(m.NotRun), s.members[m.Member].held)
		s.members[m.Member].held -= n
		s.held -= n
	}
	var verdicts []verdict
	// From the back, so that they come to stand before the queue in order.
	for i := len(m.NotRun) - 1; i >= 0; i-- {
		verdicts = append(verdicts, s.judge(m.NotRun[i], false, m.Exit))
	}
	for i := len(m.MayHaveRun) - 1; i >= 0; i-- {
		verdicts = append(verdicts, s.judge(m.MayHaveRun[i], true, m.Exit))
	}
	return verdicts
}

func (s *scheduler) judge(call *process.Call, mayHaveRun bool, exit actors.Exit) verdict {
	switch {
	case call.Pool.Cancelled != nil:
		return verdict{call, call.Pool.Cancelled}
	case mayHaveRun && (s.ended || !call.Task.Repeatable || call.Attempts >= s.maxAttempts):
		return verdict{call, exited(call, exit)}
	case s.ended:
		return verdict{call, notRun(call, s.closed)}
	case mayHaveRun:
		call.Pool.Lost = &exit
	}
	s.pushFront(call)
	return verdict{call, nil}
}

// notRun is the answer to a call that waited when everything ended: why, which
// says that it did not run, is true only if no child died with it before.
func notRun(call *process.Call, why error) error {
	if call.Pool.Lost != nil {
		return exited(call, *call.Pool.Lost)
	}
	return why
}

// exited is the answer to a call that may have run in a child that died.
func exited(call *process.Call, exit actors.Exit) error {
	return &actors.WorkerExitedError{MayHaveRun: true, Attempts: call.Attempts, Exit: exit}
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
