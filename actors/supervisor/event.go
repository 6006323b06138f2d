package supervisor

import (
	"time"

	"github.com/asynkron/protoactor-go/actor"

	"brood/actors"
)

// Event is what Spec.OnEvent is called with: AllStarted, ChildStarted,
// ChildEnded, Restarting, GaveUp or Ended, as values. For each child that was told
// to start there is exactly one ChildEnded, and one more each time that it is
// started by a call after that. After everything else there is exactly one Ended.
type Event = any

// AllStarted says that all children have started for the first time.
type AllStarted struct{}

// ChildStarted says that an incarnation of a child has started: the child said
// Ready, and has lasted for its MinUptime.
type ChildStarted struct {
	ID  string
	PID *actor.PID
}

// ChildEnded says that a child has ended for good and will not be restarted.
type ChildEnded struct {
	ID string
	// Exit is how its last incarnation ended.
	Exit actors.Exit
	// Err says why it was given up; nil if it was not.
	Err error
	// Forgotten says that the supervisor does not know the child any more.
	Forgotten bool
}

// Restarting says that a child failed and will be started again after Delay.
type Restarting struct {
	ID string
	// Attempt counts the child's restarts in a row, from 1.
	Attempt int
	Delay   time.Duration
	// Exit is the failure.
	Exit actors.Exit
	// Open says that there were too many restarts: Delay is the Spec's Rest.
	Open bool
}

// GaveUp says that the supervisor saw too many failures and that all children
// were stopped.
type GaveUp struct {
	// Err tells the last failure and the limit; it matches actors.ErrGaveUp and
	// wraps the Exit's Err.
	Err error
}

// Ended says that the supervisor is over: all its children have ended, as far
// as Err does not say otherwise, and its name is free.
type Ended struct {
	// Err joins GaveUp's error and what could not be ended; nil if it was
	// stopped and all went well.
	Err error
}
