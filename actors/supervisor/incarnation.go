package supervisor

import (
	"fmt"
	"time"

	"github.com/asynkron/protoactor-go/actor"

	"brood/actors"
)

// launch has c started when the limit lets it.
func (s *supervisor) launch(ctx actor.Context, c *child) {
	c.heard = false
	if after := s.spec.Starts.reserve(time.Now()); after > 0 {
		s.wake(c, after, &launchDue{child: c})
		return
	}
	s.start(ctx, c)
}

// start tells c to start, with a new actor if it has none.
func (s *supervisor) start(ctx actor.Context, c *child) {
	c.reused = c.pid != nil
	ends := c.reused && c.panicked != nil // it panicked when its incarnation was over
	c.panicked = nil
	if c.pid == nil {
		if err := s.spawn(ctx, c); err != nil {
			s.tell(ctx, input{kind: inEnded, child: c, exit: actors.Exit{Reason: actors.ReasonStartFailed, Code: -1, Err: err}})
			return
		}
	}
	if c.Plain {
		s.tell(ctx, input{kind: inReady, child: c})
		return
	}
	ctx.Send(c.pid, &actors.Start{})
	if ends {
		s.wake(c, margin, &endOverdue{child: c})
	}
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
	if n := s.leftBehind[c.ID]; n > 0 {
		name += fmt.Sprintf("~%d", n)
	}
	pid, err := ctx.SpawnNamed(c.Props, name)
	if err != nil {
		return fmt.Errorf("spawn %s: %w", c.ID, err)
	}
	s.bind(c, pid)
	return nil
}

// bind enters the PID of c's actor.
func (s *supervisor) bind(c *child, pid *actor.PID) {
	c.pid = pid
	if s.byPID == nil && len(s.children) > fewChildren {
		s.byPID = make(map[string]*child, len(s.children))
		for _, known := range s.children {
			if known.pid != nil {
				s.byPID[known.pid.Id] = known
			}
		}
	}
	if s.byPID != nil {
		s.byPID[pid.Id] = c
	}
}

// whose returns the child whose actor is who, or nil.
func (s *supervisor) whose(who *actor.PID) *child {
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

// askToStop asks c to end its incarnation. One that still waits for the limit
// has none, and neither has one whose actor could not be spawned, which the
// machine is still to be told.
func (s *supervisor) askToStop(ctx actor.Context, c *child, grace time.Duration) {
	_, unlaunched := c.pending.(*launchDue)
	switch {
	case unlaunched || c.pid == nil:
		s.tell(ctx, input{kind: inStopped, child: c})
	case !c.Plain:
		ctx.Request(c.pid, &actors.Stop{Grace: grace})
	case grace < 0:
		ctx.Stop(c.pid)
	default:
		ctx.Poison(c.pid)
	}
}

// takes reports whether msg is what c's alarm was last set for, and marks it as
// done.
func (c *child) takes(msg any) bool {
	if c.pending != msg {
		return false
	}
	c.pending = nil
	return true
}

// quiet takes back what c's alarm would post.
func (c *child) quiet() {
	c.alarm.Stop()
	c.pending = nil
}

// wake makes c's alarm post msg.
func (s *supervisor) wake(c *child, after time.Duration, msg any) {
	c.pending = msg
	c.alarm.Set(s.system, s.self, after, msg)
}

// childRuns notes that c's actor has taken the Start.
func (s *supervisor) childRuns(who *actor.PID) {
	if c := s.whose(who); c != nil {
		c.heard = true
	}
}

// childReady takes a child's word that it is ready.
func (s *supervisor) childReady(ctx actor.Context, who *actor.PID) {
	if c := s.whose(who); c != nil && !c.Plain && c.panicked == nil {
		s.tell(ctx, input{kind: inReady, child: c})
	}
}

// childDown handles the end of an incarnation. That of an actor that panicked
// is only noted: it must be gone before its successor may come.
func (s *supervisor) childDown(ctx actor.Context, msg *actors.Down) {
	c := s.whose(msg.Who)
	switch {
	case c == nil || c.Plain:
	case c.panicked != nil:
		if c.state == starting || c.state == up || c.state == lowering {
			c.exit = &msg.Exit
		}
	default:
		s.tell(ctx, input{kind: inEnded, child: c, exit: msg.Exit})
	}
}

// childStopped handles a child's answer to Stop.
func (s *supervisor) childStopped(ctx actor.Context, msg *actors.Stopped) {
	c := s.whose(msg.Who)
	if c == nil || c.state != lowering || c.rung != unasked {
		return
	}
	if msg.Err != nil {
		s.problem("child %s: %w", c.ID, msg.Err)
	}
	s.tell(ctx, input{kind: inStopped, child: c})
}

// childTerminated learns that a child's actor has ended. System messages
// overtake: the Down that the actor sent may still wait in the mailbox, and
// tells more. So it is dealt with behind that.
func (s *supervisor) childTerminated(ctx actor.Context, msg *actor.Terminated) {
	if c := s.whose(msg.Who); c != nil {
		ctx.Send(ctx.Self(), &gone{child: c, pid: c.pid})
	}
}
