package supervisor

import (
	"fmt"
	"slices"

	"github.com/asynkron/protoactor-go/actor"
	"github.com/hashicorp/go-multierror"

	"brood/actors"
)

// asked handles a request to end, in any phase.
func (s *supervisor) asked(ctx actor.Context, msg *actors.Stop) {
	if sender := ctx.Sender(); sender != nil {
		s.askers = append(s.askers, sender)
	}
	s.tell(ctx, input{kind: inStop, grace: msg.Grace})
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

// depart makes ready for the end of the actor itself. protoactor now stops the
// children's actors, and ends this one when all of them have ended.
func (s *supervisor) depart() {
	s.leaving = true
	s.groupAlarm.Stop()
	for _, c := range s.children {
		c.quiet()
	}
	s.overdue = &exitOverdue{}
	s.exitAlarm.Set(s.system, s.self, margin, s.overdue)
}

// exitOverdue does without the actors that keep this one from ending.
func (s *supervisor) exitOverdue(ctx actor.Context, msg *exitOverdue) {
	if msg != s.overdue {
		return
	}
	for _, pid := range ctx.Children() {
		s.problem("actor %s does not end", pid.Id)
		s.leaveBehind(pid)
	}
}

// farewell tells everyone. It comes after the end of all children's actors and
// after the supervisor's name has become free.
func (s *supervisor) farewell(ctx actor.Context) {
	s.exitAlarm.Stop()
	s.settle(ctx)
	if s.untold > 0 {
		s.problems = multierror.Append(s.problems, fmt.Errorf("and %d more", s.untold))
	}
	exit, problems := byRequest(), oneLine("", s.problems)
	err := problems
	if s.why != nil || s.reason != actors.ReasonStopped {
		exit = actors.Exit{Reason: s.reason, Code: -1, Err: s.why}
		err = s.why
		if problems != nil {
			err = oneLine("", multierror.Append(nil, s.why, problems))
		}
	}
	if s.reason == actors.ReasonGaveUp {
		s.announce(ctx, &actors.GaveUp{Who: s.self, Err: s.why})
		s.report(GaveUp{Err: s.why})
	}
	s.announce(ctx, &actors.Down{Who: s.self, Incarnation: 1, Exit: exit})
	for _, asker := range s.askers {
		ctx.Send(asker, &actors.Stopped{Who: s.self, Err: problems})
	}
	s.report(Ended{Err: err})
}

// settle says what is owed when the actor was stopped without actors.Stop.
func (s *supervisor) settle(ctx actor.Context) {
	for _, c := range s.children {
		if c.told && (c.state != absent || c.exit == nil) {
			exit := byRequest()
			if c.panicked != nil {
				exit = c.panicExit()
			}
			c.exit = &exit
		}
		s.out = s.out[:0]
		s.emitEnded(c)
		s.answerStarter(c, &Answer{Err: fmt.Errorf("supervisor: %w", actors.ErrStopping)})
		s.answerStoppers(c)
		for _, e := range s.out {
			s.carryOut(ctx, e)
		}
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

// cutTies cuts the ties of an instance that protoactor replaces after a panic
// of its own, in OnEvent for instance: what is on its way to it is void.
func (s *supervisor) cutTies() {
	s.groupAlarm.Stop()
	s.exitAlarm.Stop()
	s.groupDue, s.overdue = nil, nil
	clear(s.byPID)
	for _, c := range s.children {
		c.quiet()
		c.pid = nil
	}
}

// mostProblems are kept of what could not be ended. A supervisor can live for long.
const mostProblems = 64

func (s *supervisor) problem(format string, args ...any) {
	if s.problems != nil && s.problems.Len() == mostProblems {
		s.untold++
		return
	}
	s.problems = multierror.Append(s.problems, fmt.Errorf(format, args...))
}
