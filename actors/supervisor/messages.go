package supervisor

import (
	"errors"
	"fmt"
	"time"

	"github.com/asynkron/protoactor-go/actor"

	"brood/actors"
)

// What a call to a supervisor is refused for; OTP's names are already_started,
// already_present, running, restarting and not_found.
var (
	// ErrAlreadyStarted: a child with this ID runs.
	ErrAlreadyStarted = errors.New("child already started")
	// ErrAlreadyPresent: there is a child with this ID, which does not run.
	ErrAlreadyPresent = errors.New("child already present")
	// ErrRunning: the child runs, or is being started or stopped.
	ErrRunning = errors.New("child is running")
	// ErrRestarting: the child is to be started again, or waits for its turn.
	ErrRestarting = errors.New("child is restarting")
	// ErrNotFound: there is no child with this ID.
	ErrNotFound = errors.New("no such child")
	// ErrDynamic: the children of a Dynamic supervisor are forgotten when they
	// end: they can be neither started again nor removed.
	ErrDynamic = errors.New("children are dynamic")
	// ErrIgnore as the Err of the Exit of an incarnation that was not ready says
	// that the child does not want to run. It is no failure: it stays ended.
	ErrIgnore = errors.New("child does not want to run")
)

// StartFailedError says that a child could not be started.
type StartFailedError struct {
	ID   string
	Exit actors.Exit
}

// Error names the child and how it ended.
func (e *StartFailedError) Error() string {
	return fmt.Sprintf("child %s failed to start: %s", e.ID, e.Exit)
}

// Unwrap returns the cause of the exit, if it has one.
func (e *StartFailedError) Unwrap() error { return e.Exit.Err }

// Call is a request to a supervisor. It is answered once, in any state of the
// children: on Reply if that is set, else to the sender, by an *Answer. A
// supervisor that is ending answers with actors.ErrStopping.
type Call struct {
	// Request is an AddChild, StopChild, StartChild, RemoveChild, ResetChild or
	// ListChildren.
	Request any
	// Reply needs room for one.
	Reply chan<- *Answer

	sender *actor.PID
}

// The requests of a Call.
type (
	// AddChild starts a new child, behind the others. It is answered when the
	// child has started; if it fails to, it is forgotten. Errors:
	// ErrAlreadyStarted, ErrAlreadyPresent, *StartFailedError, faults of Child.
	AddChild struct {
		// ID names the child.
		ID string
		// Child describes it; its ID need not be set. Make, if it is not nil, is
		// called for that when the ID is known to be free, in the supervisor's
		// turn; it must neither block nor panic.
		Child Child
		Make  func() (Child, error)
		// Argument is for the Template of a Dynamic supervisor, instead of them.
		Argument any
	}
	// StopChild stops a child; it stays in the list, unless it is Temporary or
	// dynamic, and is not restarted. It is answered when nothing of the child
	// runs any more; stopping it again is no error. Errors: ErrNotFound; what
	// could not be ended is among the supervisor's own errors.
	StopChild struct{ ID string }
	// StartChild starts a child that was stopped or has ended. It is answered
	// when it has started; if it fails to, it stays stopped. Errors: ErrNotFound,
	// ErrRunning, ErrRestarting, ErrDynamic, *StartFailedError.
	StartChild struct{ ID string }
	// RemoveChild forgets a child that was stopped or has ended. Errors:
	// ErrNotFound, ErrRunning, ErrRestarting, ErrDynamic.
	RemoveChild struct{ ID string }
	// ResetChild ends the pause before a child's restart, and forgets all
	// restarts so far. Error: ErrNotFound.
	ResetChild struct{ ID string }
	// ListChildren is answered with what the children are doing.
	ListChildren struct{}
)

// Answer answers a Call.
type Answer struct {
	// Request is the Call's.
	Request any
	// Err says why it was not done; nil if it was.
	Err error
	// PID is the actor of the child that was started; nil if it did not want to
	// run (ErrIgnore).
	PID *actor.PID
	// Children are what ListChildren asks for, in the order of start.
	Children []Info
}

// Info is what a supervisor tells of one child.
type Info struct {
	ID    string
	State State
	// PID is its actor, nil if it has none.
	PID     *actor.PID
	Restart Restart
	// Restarts counts its starts after the first.
	Restarts int
	// NextTry is when it will be started again; zero if that is not known.
	NextTry time.Time
	// Exit is how its last incarnation ended; its Reason is zero if none has.
	Exit actors.Exit
}

// Count is OTP's count_children: how many there are, and how many of them have
// something running.
func Count(children []Info) (specs, active int) {
	for _, c := range children {
		if c.State == StateStarting || c.State == StateRunning || c.State == StateStopping {
			active++
		}
	}
	return len(children), active
}

// State is what a child is doing.
type State uint8

// The states of a child.
const (
	// StateStopped: it does not run and is not going to.
	StateStopped State = iota
	// StateWaiting: it is to start when its turn comes: when those before it, or those
	// that it needs, have started.
	StateWaiting
	// StateStarting: it was told to start and is not ready yet.
	StateStarting
	// StateRunning: it has started.
	StateRunning
	// StateStopping: it was told to end.
	StateStopping
	// StateRestarting: it has failed, or was stopped with a sibling that has, and will
	// be started again.
	StateRestarting
	// StateOpen: there were too many restarts; the supervisor rests before it tries
	// again (Spec.Rest).
	StateOpen
)

var stateNames = [...]string{"stopped", "waiting", "starting", "running", "stopping", "restarting", "open"}

// String returns the state in one lower-case word.
func (s State) String() string {
	if int(s) < len(stateNames) {
		return stateNames[s]
	}
	return fmt.Sprintf("state(%d)", uint8(s))
}
