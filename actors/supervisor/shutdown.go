package supervisor

import (
	"fmt"
	"slices"
	"time"

	"github.com/asynkron/protoactor-go/actor"
	"github.com/hashicorp/go-multierror"

	"brood/actors"
)

// stop handles a request to end, in any phase.
func (s *supervisor) stop(ctx actor.Context, msg *actors.Stop) {
	if sender := ctx.Sender(); sender != nil {
		s.askers = append(s.askers, sender)
	}
	switch s.phase {
	case running:
		s.windDown(ctx, msg.Grace)
	case stopping:
		s.carryOut(ctx, s.teardown.hurry(msg.Grace))
	}
}

// windDown begins to stop the children. None is restarted from now on.
func (s *supervisor) windDown(ctx actor.Context, grace time.Duration) {
	s.phase = stopping
	s.teardown = teardown{grace: grace, left: len(s.children)}
	for _, c := range s.children {
		s.teardown.graces = append(s.teardown.graces, c.Grace)
		c.quiet()
		if c.state == waiting {
			s.finish(c, c.ending())
		}
	}
	s.proceed(ctx)
}

// proceed stops the next child.
func (s *supervisor) proceed(ctx actor.Context) {
	s.carryOut(ctx, s.teardown.next(s.alive))
}

// carryOut does what the teardown wants.
func (s *supervisor) carryOut(ctx actor.Context, o order) {
	switch o.step {
	case nothing:
		return
	case done:
		s.alarm.Stop()
		ctx.Send(ctx.Self(), leave{asked: len(s.askers)})
		return
	}
	c := s.children[o.child]
	switch o.step {
	case ask:
		ctx.Request(c.pid, &actors.Stop{Grace: o.grace})
	case end:
		ctx.Stop(c.pid)
	case abandon:
		s.leaveBehind(ctx.ActorSystem(), c.pid)
	}
	s.overdue = &stopOverdue{}
	s.alarm.Set(ctx.ActorSystem(), s.self, o.within, s.overdue)
}

// childStopped handles a child's answer to Stop.
func (s *supervisor) childStopped(ctx actor.Context, msg *actors.Stopped) {
	c := s.find(msg.Who)
	if c == nil || s.phase != stopping || !s.teardown.awaits(c.index) {
		return
	}
	if msg.Err != nil {
		s.problem("child %s: %w", c.ID, msg.Err)
	}
	s.finish(c, byRequest())
	s.carryOut(ctx, s.teardown.answered())
}

// stopOverdue goes on to harder means.
func (s *supervisor) stopOverdue(ctx actor.Context, msg *stopOverdue) {
	switch {
	case msg != s.overdue:
	case s.phase == stopping:
		o := s.teardown.late()
		switch o.step {
		case end:
			s.problem("child %s: no answer to Stop, its actor is stopped", s.children[o.child].ID)
		case abandon:
			s.problem("child %s: its actor does not end", s.children[o.child].ID)
		}
		s.carryOut(ctx, o)
	case s.phase == leaving:
		for _, pid := range ctx.Children() {
			s.problem("actor %s does not end", pid.Id)
			s.leaveBehind(ctx.ActorSystem(), pid)
		}
	}
}

// quit ends the actor itself. What waits in the mailbox of an actor that ends
// is lost without a word, so it does not end before it has found nothing but
// its own message there since it posted that.
func (s *supervisor) quit(ctx actor.Context, msg leave) {
	if msg.asked != len(s.askers) {
		ctx.Send(ctx.Self(), leave{asked: len(s.askers)})
		return
	}
	ctx.Stop(ctx.Self())
}

// leave makes ready for the end of the actor itself. protoactor now stops the
// children's actors, and ends this one when all of them have ended.
func (s *supervisor) leave(ctx actor.Context) {
	s.phase = leaving
	for _, c := range s.children {
		c.quiet()
	}
	s.overdue = &stopOverdue{}
	s.alarm.Set(ctx.ActorSystem(), s.self, margin, s.overdue)
}

// farewell tells everyone. It comes after the end of all children's actors and
// after the supervisor's name has become free.
func (s *supervisor) farewell(ctx actor.Context) {
	s.alarm.Stop()
	for _, c := range s.children {
		s.finishLast(c)
	}
	exit, problems := byRequest(), oneLine("", s.problems)
	err := problems
	if s.gaveUp != nil {
		exit = actors.Exit{Reason: actors.ReasonExited, Code: -1, Err: s.gaveUp}
		err = s.gaveUp
		if problems != nil {
			err = oneLine("", multierror.Append(nil, s.gaveUp, problems))
		}
		s.announce(ctx, &actors.GaveUp{Who: s.self, Err: s.gaveUp})
		s.emit(GaveUp{Err: s.gaveUp})
	}
	s.announce(ctx, &actors.Down{Who: s.self, Incarnation: 1, Exit: exit})
	for _, asker := range s.askers {
		ctx.Send(asker, &actors.Stopped{Who: s.self, Err: problems})
	}
	s.emit(Ended{Err: err})
}

// finishLast finishes a child that has not told its end.
func (s *supervisor) finishLast(c *child) {
	switch {
	case c.state == waiting:
		s.finish(c, c.ending())
	case c.panicked != nil:
		s.finish(c, c.panicExit())
	default:
		s.finish(c, byRequest())
	}
}

// announce sends msg to the parent and the subscribers, to each once.
func (s *supervisor) announce(ctx actor.Context, msg any) {
	parent := ctx.Parent()
	if parent != nil {
		ctx.Send(parent, msg)
	}
	for i, pid := range s.spec.Subscribers {
		if !pid.Equal(parent) && !slices.ContainsFunc(s.spec.Subscribers[:i], pid.Equal) {
			ctx.Send(pid, msg)
		}
	}
}

// forget cuts the ties of an instance that protoactor replaces after a panic
// of its own, in OnEvent for instance: what is on its way to it is void.
func (s *supervisor) forget() {
	s.alarm.Stop()
	s.overdue = nil
	clear(s.byPID)
	for _, c := range s.children {
		c.quiet()
		c.pid = nil
	}
}

func (s *supervisor) problem(format string, args ...any) {
	s.problems = multierror.Append(s.problems, fmt.Errorf(format, args...))
}
