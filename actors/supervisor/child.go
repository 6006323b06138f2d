package supervisor

import (
	"fmt"
	"time"

	"github.com/asynkron/protoactor-go/actor"

	"brood/actors"
	"brood/actors/internal/alarm"
)

// state is where a child is between its incarnations.
type state uint8

const (
	idle    state = iota // never told to start
	up                   // told to start; its Down is to come
	waiting              // failed; the backoff is running
	over                 // ended for good
)

// child is what the supervisor knows of one child.
type child struct {
	Child
	index int
	state state
	pid   *actor.PID // nil without an actor
	left  int        // how many actors under this ID were left behind

	since    time.Duration // when it was told to start
	started  bool          // it said Started since
	reused   bool          // the Start went to an actor that had had one before
	streak   int           // its restarts in a row
	exit     *actors.Exit  // the last one, nil if there is none
	panicked error         // why its actor is being stopped

	alarm   alarm.Alarm
	pending any // what the alarm will post; older messages are void
}

// launch tells c to start, with a new actor if it has none.
func (s *supervisor) launch(ctx actor.Context, c *child) {
	c.state, c.since, c.started = up, s.now(), false
	c.exit, c.panicked = nil, nil
	c.reused = c.pid != nil
	if c.pid == nil {
		if err := s.spawn(ctx, c); err != nil {
			s.ended(ctx, c, actors.Exit{Reason: actors.ReasonStartFailed, Code: -1, Err: err})
			return
		}
	}
	ctx.Send(c.pid, &actors.Start{})
}

// spawn makes c's actor. Its producer runs in this turn, so that a panic there
// is turned into an error here.
func (s *supervisor) spawn(ctx actor.Context, c *child) (err error) {
	defer func() {
		if reason := recover(); reason != nil {
			err = fmt.Errorf("spawn %s: %w", c.ID, panicError(reason))
		}
	}()
	name := c.ID
	if c.left > 0 {
		name += fmt.Sprintf("~%d", c.left)
	}
	pid, err := ctx.SpawnNamed(c.Props, name)
	if err != nil {
		return fmt.Errorf("spawn %s: %w", c.ID, err)
	}
	c.pid = pid
	if s.byPID != nil {
		s.byPID[pid.Id] = c
	}
	return nil
}

// find returns the child whose actor is who, or nil.
func (s *supervisor) find(who *actor.PID) *child {
	if who == nil {
		return nil
	}
	if s.byPID != nil {
		return s.byPID[who.Id]
	}
	for _, c := range s.children {
		if c.pid != nil && c.pid.Id == who.Id {
			return c
		}
	}
	return nil
}

// ending returns the child's last exit.
func (c *child) ending() actors.Exit {
	if c.exit == nil {
		return actors.Exit{}
	}
	return *c.exit
}

// alive reports whether child number i has an actor.
func (s *supervisor) alive(i int) bool { return s.children[i].pid != nil }

// quiet takes back what c's alarm would post.
func (c *child) quiet() {
	c.alarm.Stop()
	c.pending = nil
}

// wake makes c's alarm post msg.
func (s *supervisor) wake(system *actor.ActorSystem, c *child, after time.Duration, msg any) {
	c.pending = msg
	c.alarm.Set(system, s.self, after, msg)
}

// finish puts c out of the supervisor's hands, unless it is already or was
// never in them.
func (s *supervisor) finish(c *child, exit actors.Exit) {
	if c.state == over || c.state == idle {
		return
	}
	c.state, c.exit = over, &exit
	s.emit(ChildEnded{ID: c.ID, Exit: exit})
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
