package process

import (
	"sync"
	"time"

	"github.com/asynkron/protoactor-go/actor"

	"brood/actors"
	"brood/actors/health"
	"brood/actors/protocol"
	"brood/ptyio"
)

// Cancel asks to end a call early: the child is told, and the call is answered
// with Err, at once unless the child can say soon that it has not begun it. If
// Err is a *actors.CancelledError or a *actors.TaskTimeoutError, its Stage is set
// here. A call that the actor does not hold is left alone, and so is one that has
// become another task's.
type Cancel struct {
	Call  *Call
	Epoch uint64
	Err   error
	// Pooled says that the actor's pool sends it, to which the call comes back if
	// the actor has ended: then nobody else may answer it.
	Pooled bool
}

// Revoke asks to get back up to N of the calls that the child has not begun, the
// youngest first. Those that it gives back, which may be fewer and later, go to
// the pool as GivenBack; the others it answers. A child that does not mark what it
// begins is not asked.
type Revoke struct{ N int }

// MemberEvent tells the pool of a member's Started, Ready or Down.
type MemberEvent struct {
	Member int
	Event  any
	// Marks, with Ready, says that the child marks what it begins: what it has not
	// begun comes back as not run when it dies, and can be revoked.
	Marks bool
}

// Connected is what Spec.OnEvent is called with, and nobody else hears of, before
// Started: the connection to the child's new incarnation. It is for looking at
// the child only.
type Connected struct {
	Who         *actor.PID
	Incarnation uint32
	Conn        ptyio.Conn
}

// OverLimit tells the actor that the tree of an incarnation has passed a limit,
// and what to do about it. Of an incarnation that is over it is void.
type OverLimit struct {
	Incarnation uint32
	Breach      health.Breach
}

// Freed tells the pool that its member has room for N calls more than before.
type Freed struct {
	Member      int
	Incarnation uint32
	N           int
	// Pace is how long the child says that it works on a task. Zero: it did not say.
	Pace time.Duration
	// Took is how long those of them took that the child has answered to a caller,
	// from when the pool handed them over. It belongs to the message.
	Took []time.Duration
	// Keys are those of the calls among them that are Counted.
	Keys []string
}

// freedPool keeps Freed messages, of which there is one per turn.
var freedPool = sync.Pool{New: func() any { return new(Freed) }}

// Free gives the message back when its receiver is done with it.
func (m *Freed) Free() { freedPool.Put(m) }

// GivenBack gives calls back to the pool that were revoked: the member's
// incarnation lives, has not begun them and will not, and has room for others.
type GivenBack struct {
	Member      int
	Incarnation uint32
	Calls       []*Call // the oldest first
}

// Returned gives calls back to the pool because the member's incarnation can
// not answer them any more.
type Returned struct {
	Member      int
	Incarnation uint32
	// Calls that had been written whole, and of which it is not known that the
	// child had not begun them: they may have run.
	MayHaveRun []*Call
	// NotRun are calls that certainly did not. Having been handed to this child
	// does not count as an attempt.
	NotRun []*Call
	// Exit is how the incarnation ended; its Reason is 0 if it has not yet.
	Exit actors.Exit
}

// Do wraps a command (Write, CloseStdin, Signal, Resize, Stop, Ping) for
// callers that are not actors: what became of it is sent to Done, which needs
// room for one. Write is done when the kernel has taken the bytes, Stop when
// nothing runs any more, the others at once.
type Do struct {
	Command any
	Done    chan<- error
}

// What the goroutines of an incarnation post.
type (
	// spawned: the waiter started the process, or could not.
	spawned struct {
		run  *run
		conn ptyio.Conn
		err  error
	}
	// replies are the frames of one read of the wire. Payloads belong to the
	// message.
	replies struct {
		run      *run
		messages []protocol.Message
	}
	// wireEnded: the wire reader is done, with what was wrong, if anything; fault
	// tells garbage from a frame that was cut short by the end.
	wireEnded struct {
		run   *run
		err   error
		fault bool
	}
	// streamEnded: the reader of an output is done.
	streamEnded struct {
		run    *run
		stream Stream
		tail   []byte
	}
	// exited: the process has been reaped.
	exited struct {
		run  *run
		exit ptyio.Exit
		err  error
	}
	// flushed: a flusher has written what did not fit.
	flushed struct {
		run    *run
		outlet *outlet
		n      int
		err    error
	}
	// cutting: the outputs are being closed, and who held them.
	cutting struct {
		run    *run
		heldBy []int
	}
	// rang: an alarm of an incarnation is due.
	rang struct {
		run   *run
		timer timer
	}
	// proven: the child's readiness is.
	proven struct{ run *run }
	// probed: a check has a result.
	probed struct {
		run    *run
		check  int // in Spec.Health
		result health.Result
	}
	// overdue: a cancelled task may have been left unanswered too long.
	overdue struct{ run *run }
	// ranLong: the oldest call may have run for longer than it may.
	ranLong struct{ run *run }
)
