package supervisor

import (
	"fmt"
	"time"

	"github.com/asynkron/protoactor-go/actor"
	"github.com/hashicorp/go-multierror"

	"brood/actors"
	"brood/actors/internal/alarm"
)

// child is what a supervisor knows of one child. The first part is the
// machine's, the second one the actor's.
type child struct {
	Child
	goal     goal
	state    state
	rung     rung
	first    bool // its first start is not over
	ordered  bool // it starts in its turn
	settling bool // it is ready, and its MinUptime runs
	pausing  bool // it failed; its alarm starts it again
	open     bool // … too often, and rests
	added    bool // by a call that is not answered yet
	removed  bool // it is dropped when it is gone
	ran      bool // it was told to start
	told     bool // … and its ChildEnded is still owed
	restarts int
	streak   int           // its restarts in a row
	since    time.Duration // when it was told to start
	until    time.Duration // when its pause is over
	exit     *actors.Exit  // of this incarnation, nil if it has none
	last     *actors.Exit  // of the one before
	why      error         // it was given up
	starter  *Call         // is answered when it has started
	verdict  *Answer       // for starter, when c is forgotten
	stoppers []*Call       // are answered when nothing of it runs, or it is forgotten

	pid      *actor.PID // nil without an actor; the machine only asks whether
	heard    bool       // it said Started or Ready since it was told to start
	reused   bool       // the Start went to an actor that had had one before
	panicked error      // why its actor is being stopped
	alarm    alarm.Alarm
	pending  any // what the alarm will post; older messages are void
}

// there reports whether anything of c is left.
func (c *child) there() bool { return c.state != absent || c.pid != nil }

// sinking reports whether there is something of c that is not to stay, if c is not
// to run.
func (c *child) sinking() bool { return c.state != absent || c.goal == toGo && c.pid != nil }

// ending returns the child's last exit.
func (c *child) ending() actors.Exit {
	if c.exit == nil {
		return actors.Exit{}
	}
	return *c.exit
}

// succeeded reports whether c is at rest after a success.
func (c *child) succeeded() bool {
	return c.goal == toRest && c.exit != nil && c.exit.Reason == actors.ReasonExited && c.success(c.exit.Code)
}

// panicExit is the end of the incarnation whose actor panicked: what its Down
// told, if one came, and the panic as the reason.
func (c *child) panicExit() actors.Exit {
	exit := c.ending()
	if exit.Reason == 0 {
		exit.Code = -1
	}
	exit.Reason, exit.Err = actors.ReasonPanic, c.panicked
	return exit
}

// panicError makes an error of what was recovered.
func panicError(reason any) error {
	if err, ok := reason.(error); ok {
		return fmt.Errorf("panic: %w", err)
	}
	return fmt.Errorf("panic: %v", reason)
}

// byRequest is the Exit of a child that ended because it was asked to, where
// the child does not tell it.
func byRequest() actors.Exit { return actors.Exit{Reason: actors.ReasonStopped, Code: -1} }

// joined makes one list of faults.
func joined(faults []error) *multierror.Error { return multierror.Append(nil, faults...) }
