package router

import (
	"time"

	"github.com/asynkron/protoactor-go/actor"

	"brood/actors/process"
)

// Join makes an actor a member. One that is a member already is left as it is, as
// is one without a PID or with a negative Prefetch, and the router itself. It leaves
// by itself when its actor ends.
type Join struct{ Member Member }

// Leave takes a member out: it gets no more tasks and finishes those it has.
type Leave struct{ PID *actor.PID }

// Drain asks the router to accept no more tasks and to say on Done, which needs
// room for one, when the last one that it has is answered. Those that wait for a
// member while there is none are answered with ErrStopping.
type Drain struct{ Done chan<- struct{} }

// Undone is a task that was accepted and is not done.
type Undone struct {
	// Tag is the task's.
	Tag any
	// Attempts counts how often it was handed to a child, as far as that is known.
	Attempts int
	// Err is the answer.
	Err error
}

// Inspect asks for Stats on Reply, which needs room for one.
type Inspect struct{ Reply chan<- Stats }

// Stats is what a router looks like at one moment.
type Stats struct {
	// Waiting is how many tasks wait for a member.
	Waiting int
	// Held is how many tasks are under way at members.
	Held int
	// Hedges counts second tries, and HedgesWon those that answered first.
	Hedges, HedgesWon uint64
	// Members are those that get tasks, in the order of their joining.
	Members []MemberStats
}

// MemberStats is one member of a router.
type MemberStats struct {
	PID *actor.PID
	// Load is how many tasks it was sent and has not answered, those that nobody
	// waits for any more included.
	Load int
	// Done counts the tasks that it answered with success, Failed those with an
	// error, Refused those that it did not take.
	Done, Failed, Refused uint64
}

// tick: something is due.
type tick struct{}

// gone: a member's actor has ended. It is sent by the router to itself, so that
// it comes behind what the member had answered before its end.
type gone struct{ who *actor.PID }

// timedOut: the Timeout of a call is over.
type timedOut struct {
	call  *process.Call
	epoch uint64
	limit time.Duration
}
