package supervisor

import (
	"math/rand/v2"

	"github.com/asynkron/protoactor-go/actor"

	"brood/actors"
)

// childStarted notes that c's incarnation runs.
func (s *supervisor) childStarted(msg *actors.Started) {
	c := s.find(msg.Who)
	if c == nil || c.state != up || c.started {
		return
	}
	c.started = true
	s.emit(ChildStarted{ID: c.ID, PID: c.pid})
}

// childDown handles the end of an incarnation. That of an actor that panicked
// is only noted: it must be gone before its successor may come.
func (s *supervisor) childDown(ctx actor.Context, msg *actors.Down) {
	c := s.find(msg.Who)
	if c == nil || c.state != up {
		return
	}
	if c.panicked != nil {
		c.exit = &msg.Exit
		return
	}
	s.ended(ctx, c, msg.Exit)
}

// ended decides about a child whose incarnation is over, and does it.
func (s *supervisor) ended(ctx actor.Context, c *child, exit actors.Exit) {
	if s.phase != running {
		s.finish(c, exit)
		return
	}
	var decision Decision
	decision, s.history = s.policy.Decide(s.failure(c, exit), s.history)
	switch decision.Action {
	case EndForGood:
		s.finish(c, exit)
	case RestartAfter:
		c.state, c.exit, c.streak = waiting, &exit, decision.Attempt
		s.emit(Restarting{ID: c.ID, Attempt: decision.Attempt, Delay: decision.Delay, Exit: exit})
		s.wake(ctx.ActorSystem(), c, decision.Delay, &restartDue{child: c})
	case GiveUp:
		s.gaveUp = &gaveUpError{supervisor: s.spec.Name, child: c.ID, policy: s.policy, exit: exit}
		s.finish(c, exit)
		s.windDown(ctx, 0)
	}
}

func (s *supervisor) failure(c *child, exit actors.Exit) Failure {
	f := Failure{Restart: c.Restart, Exit: exit, Streak: c.streak, Now: s.now(), Random: rand.Float64()}
	if exit.Reason != actors.ReasonStartFailed {
		f.Ran = f.Now - c.since
	}
	return f
}

// restart starts c again when its backoff is over.
func (s *supervisor) restart(ctx actor.Context, msg *restartDue) {
	if c := msg.child; c.pending == msg {
		c.pending = nil
		s.launch(ctx, c)
	}
}

// HandleFailure is called in the supervisor's turn when the actor of a child
// panicked. The actor is stopped, so that it can end what it owns; what comes
// next is decided when it is gone.
func (s *supervisor) HandleFailure(system *actor.ActorSystem, children actor.Supervisor, who *actor.PID,
	_ *actor.RestartStatistics, reason, message any,
) {
	c := s.find(who)
	if c != nil && c.panicked == nil {
		c.panicked = panicError(reason)
	}
	if _, ok := message.(*actor.Stop); ok {
		// It panicked while it was stopping. protoactor has lost that stop, takes
		// no other one, and will never report the end.
		s.leaveBehind(system, who)
		return
	}
	children.StopChildren(who)
	if c != nil && c.state == up && s.phase == running {
		s.wake(system, c, margin, &endOverdue{child: c})
	}
}

// endOverdue does without the end of an actor that panicked.
func (s *supervisor) endOverdue(ctx actor.Context, msg *endOverdue) {
	if c := msg.child; c.pending == msg && c.pid != nil {
		c.pending = nil
		s.leaveBehind(ctx.ActorSystem(), c.pid)
	}
}

// leaveBehind frees the supervisor of an actor that does not end: protoactor
// is told that it has, since otherwise the supervisor could not end either.
// The name is not used again: should the actor end after all, protoactor would
// take a successor of that name out of its registry.
func (s *supervisor) leaveBehind(system *actor.ActorSystem, who *actor.PID) {
	if c := s.find(who); c != nil {
		c.left++
	}
	self, ok := system.ProcessRegistry.Get(s.self)
	if !ok {
		return
	}
	system.ProcessRegistry.Remove(who)
	self.SendSystemMessage(s.self, &actor.Terminated{Who: who})
}

// childTerminated learns that a child's actor has ended. System messages
// overtake: the Down that the actor sent may still wait in the mailbox, and
// tells more. So it is dealt with behind that.
func (s *supervisor) childTerminated(ctx actor.Context, msg *actor.Terminated) {
	if c := s.find(msg.Who); c != nil {
		ctx.Send(ctx.Self(), &gone{child: c, pid: c.pid})
	}
}

// childGone deals with the end of a child's actor.
func (s *supervisor) childGone(ctx actor.Context, msg *gone) {
	c := msg.child
	if c.pid != msg.pid {
		return
	}
	delete(s.byPID, c.pid.Id)
	c.pid = nil
	if c.state == up {
		s.endedWithoutDown(ctx, c)
	}
	if s.phase == stopping && s.teardown.awaits(c.index) {
		s.proceed(ctx)
	}
}

// endedWithoutDown handles the end of an actor whose incarnation was not over.
func (s *supervisor) endedWithoutDown(ctx actor.Context, c *child) {
	switch {
	case c.panicked != nil:
		c.quiet()
		if s.phase != running {
			s.problem("child %s: %w", c.ID, c.panicked)
		}
		s.ended(ctx, c, c.panicExit())
	case c.reused && !c.started && s.phase == running:
		// The actor had sent its last Down and was ending when Start came.
		s.launch(ctx, c)
	default:
		s.ended(ctx, c, byRequest())
	}
}
