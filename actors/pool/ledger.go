package pool

import (
	"time"

	"brood/actors"
	"brood/actors/process"
)

// Where a call is, besides with a member: values of process.PoolNote.Member.
const (
	queued  = -1 - iota // it waits in the queue
	resting             // it waits for its next attempt
	joined              // it waits for the answer of the equal task that it has joined
)

// entry is what the pool remembers of a task that needs more than a place in the
// queue: one that has a clock, is being repeated or cancelled, or is joined. The
// pool alone reads and writes it, so it is safe to look at while somebody else
// holds the call or has used it for another task.
type entry struct {
	call   *process.Call
	epoch  uint64 // which task of the call's it is about
	member int    // whom the call is with, as in PoolNote
	// attempts is the call's number, or one more if a member is about to refuse it.
	attempts int

	timeout time.Duration        // the task's
	at      [lines]time.Duration // when each clock rings, on its own line
	place   [lines]int           // on each line, from 1; 0: not there
	left    [lines]time.Duration // of a wait that was broken off; 0: all of it

	cancelled error         // what the submitter was promised, if the call comes back
	exits     []actors.Exit // of the workers that died with it and are to blame on it
	spared    int           // how many others died with it
	lost      *actors.Exit  // the last of all of them

	rides *join // whose answer it waits for
	leads *join // whom its answer is for
}

// entryOf returns the call's entry, or nil if it has none. The pool must hold
// the call.
func entryOf(call *process.Call) *entry {
	e, _ := call.Pool.Entry.(*entry)
	return e
}

// enter returns the call's entry, and makes one if it has none.
func enter(call *process.Call) *entry {
	e := entryOf(call)
	if e == nil {
		e = &entry{call: call, epoch: call.Epoch(), member: call.Pool.Member}
		call.Pool.Entry = e
	}
	return e
}

// open reports whether the task has no answer yet. If not, the call may be
// another task's.
func (e *entry) open() bool { return e.call.Open(e.epoch) }

// stage says how far the task has come, which has no answer. One that died with a
// worker may have run, wherever it waits.
func (s *scheduler) stage(e *entry) actors.Stage {
	switch {
	case e.rides != nil:
		return s.stage(entryOf(e.rides.call))
	case e.member != queued, e.lost != nil:
		return actors.StageRun
	case e.call.Pool.AtDoor:
		return actors.StageDoor
	case s.anyReady():
		return actors.StageQueue
	}
	return actors.StageStart
}

// anyReady reports whether a member takes calls.
func (s *scheduler) anyReady() bool {
	for i := range s.members {
		if s.members[i].ready {
			return true
		}
	}
	return false
}
