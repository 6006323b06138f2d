package supervisor

import (
	"github.com/asynkron/protoactor-go/actor"

	"brood/actors"
)

// HandleFailure is called in the supervisor's turn when the actor of a child
// panicked. The actor is stopped, so that it can end what it owns; what comes
// next is decided when it is gone.
func (s *supervisor) HandleFailure(_ *actor.ActorSystem, children actor.Supervisor, who *actor.PID,
	_ *actor.RestartStatistics, reason, message any,
) {
	c := s.whose(who)
	if c != nil && c.panicked == nil {
		c.panicked = panicError(reason)
	}
	if _, ok := message.(*actor.Stop); ok {
		// It panicked while it was stopping. protoactor has lost that stop, takes
		// no other one, and will never report the end.
		s.leaveBehind(who)
		return
	}
	children.StopChildren(who)
	if c != nil && (c.state == starting || c.state == up) {
		s.wake(c, margin, &endOverdue{child: c})
	}
}

// leaveBehind frees the supervisor of an actor that does not end: protoactor
// is told that it has, since otherwise the supervisor could not end either.
// The name is not used again: should the actor end after all, protoactor would
// take a successor of that name out of its registry.
func (s *supervisor) leaveBehind(who *actor.PID) {
	if c := s.whose(who); c != nil {
		if s.leftBehind == nil {
			s.leftBehind = map[string]int{}
		}
		s.leftBehind[c.ID]++
	}
	self, ok := s.system.ProcessRegistry.Get(s.self)
	if !ok {
		return
	}
	s.system.ProcessRegistry.Remove(who)
	self.SendSystemMessage(s.self, &actor.Terminated{Who: who})
}

// childGone deals with the end of a child's actor.
func (s *supervisor) childGone(ctx actor.Context, msg *gone) {
	c := msg.child
	if c.pid != msg.pid {
		return
	}
	delete(s.byPID, c.pid.Id)
	c.pid = nil
	if c.state == lowering && c.panicked != nil {
		s.problem("child %s: %w", c.ID, c.panicked)
		exit := c.panicExit()
		c.exit = &exit
	}
	if c.state == starting || c.state == up {
		s.endedWithoutDown(ctx, c)
	}
	s.tell(ctx, input{kind: inGone, child: c})
}

// endedWithoutDown handles the end of an actor whose incarnation was not over.
func (s *supervisor) endedWithoutDown(ctx actor.Context, c *child) {
	_, unlaunched := c.pending.(*launchDue)
	switch {
	case unlaunched: // it needs a new actor when it is let
	case c.panicked != nil:
		c.quiet()
		s.tell(ctx, input{kind: inEnded, child: c, exit: c.panicExit()})
	case c.Plain:
		s.tell(ctx, input{kind: inEnded, child: c, exit: actors.Exit{Reason: actors.ReasonExited}})
	case c.reused && !c.heard:
		// The actor had sent its last Down and was ending when Start came.
		s.start(ctx, c)
	default:
		s.tell(ctx, input{kind: inEnded, child: c, exit: byRequest()})
	}
}
