package process

import (
	"sync"

	"github.com/asynkron/protoactor-go/actor"

	"brood/actors"
	"brood/actors/health"
	"brood/actors/protocol"
	"brood/ptyio"
)

// Cancel asks to end a call early: it is answered with Err at once, and the
// child is told. A call that the actor does not hold is left alone.
type Cancel struct {
	Call *Call
	Err  error
}

// MemberEvent tells the pool of a member's Started, Ready or Down.
type MemberEvent struct {
	Member int
	Event  any
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

// Freed tells the pool that its member has N slots more than before.
type Freed struct {
	Member      int
	Incarnation uint32
	N           int
	// Keys are those of the calls among them that are Counted.
	Keys []string
}

// freedPool keeps Freed messages, of which there is one per turn.
var freedPool = sync.Pool{New: func() any { return new(Freed) }}

// Free gives the message back when its receiver is done with it.
func (m *Freed) Free() { freedPool.Put(m) }

// Returned gives calls back to the pool because the member's incarnation can
// not answer them any more. Their slots are gone with it.
type Returned struct {
	Member      int
	Incarnation uint32
	// Calls that had been written whole: they may have run.
	MayHaveRun []*Call
	// NotRun are calls that certainly did not.
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
)
