package supervisor

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"brood/actors"
)

// ended takes the end of an incarnation. If c was asked to stop, its answer is
// still to come.
func (m *machine) ended(c *child, exit actors.Exit) {
	switch c.state {
	case lowering:
		c.exit = &exit
	case starting, up:
		begun := c.state == up
		m.quiet(c)
		c.state, c.exit, c.settling, m.dirty = absent, &exit, false, true
		if c.goal != toRun {
			m.lowered(c)
			return
		}
		m.judge(c, exit, begun)
	}
}

// judge decides about a child that ended by itself.
func (m *machine) judge(c *child, exit actors.Exit, begun bool) {
	switch {
	case !begun && errors.Is(exit.Err, ErrIgnore):
		m.rest(c)
		m.answerStarter(c, &Answer{})
		return
	case !begun && c.starter != nil:
		failed := &Answer{Err: &StartFailedError{ID: c.ID, Exit: exit}}
		if c.added {
			c.removed, c.verdict = true, failed
		} else {
			m.answerStarter(c, failed)
		}
		m.rest(c)
		return
	case !begun && c.first && !c.Patient:
		m.emitEnded(c)
		m.leave(actors.ReasonStartFailed, fmt.Errorf("supervisor: %q: %w", m.spec.Name, &StartFailedError{ID: c.ID, Exit: exit}))
		return
	}
	failure := m.failure(c, exit, begun)
	var decision Decision
	decision, m.history = m.policy.Decide(failure, m.history)
	switch decision.Action {
	case EndForGood:
		m.rest(c)
		m.endWith(c)
	case RestartAfter:
		m.again(c, decision.Attempt, decision.Delay)
	case GiveUp:
		if m.spec.Rest > 0 {
			c.open = true
			m.again(c, c.streak+1, m.spec.Rest)
			return
		}
		c.why = &gaveUpError{supervisor: m.spec.Name, child: c.ID, policy: m.policy, exit: exit}
		m.emitEnded(c)
		m.leave(actors.ReasonGaveUp, c.why)
	}
}

func (m *machine) failure(c *child, exit actors.Exit, begun bool) Failure {
	f := Failure{
		Restart: c.Restart, SuccessCodes: c.SuccessCodes, FinalCodes: c.FinalCodes, FinalWithin: c.FinalWithin,
		Exit: exit, FailedStart: !begun, Streak: c.streak, Now: m.now, Random: m.random,
	}
	if begun && exit.Reason != actors.ReasonStartFailed {
		f.Ran = m.now - c.since
	}
	return f
}

// rest lets a child that has ended for good be. One that is not kept is removed.
func (m *machine) rest(c *child) {
	c.goal, c.ordered, c.first, m.dirty = toRest, false, false, true
	if c.Restart == Temporary || m.spec.Strategy == Dynamic || c.removed {
		c.goal, c.removed = toGo, true
	}
	m.emitEnded(c)
}

// endWith ends the supervisor if c's end is one too many.
func (m *machine) endWith(c *child) {
	if !c.Significant {
		return
	}
	if m.spec.AutoShutdown == AllSignificant {
		stays := func(d *child) bool { return d.Significant && (d.goal == toRun || d.goal == toReturn) }
		if slices.ContainsFunc(m.children, stays) {
			return
		}
	}
	m.leave(actors.ReasonShutdown, nil)
}

// again restarts c, alone or with those that go with it, after a pause.
func (m *machine) again(c *child, attempt int, delay time.Duration) {
	c.streak, c.until = attempt, m.now+delay
	m.emit(Restarting{ID: c.ID, Attempt: attempt, Delay: delay, Exit: c.ending(), Open: c.open})
	members := m.children
	switch m.spec.Strategy {
	case OneForOne, Dynamic:
		c.pausing, c.ordered = true, c.first && c.ordered
		m.arm(c, delay)
		return
	case RestForOne:
		members = members[slices.Index(members, c):]
	}
	for _, d := range members {
		switch {
		case d.goal != toRun:
		case d != c && d.Restart == Temporary:
			d.goal, d.removed = toGo, true
			m.answerStarter(d, stoppedEarly(d))
		default:
			d.goal = toReturn
		}
	}
	m.group = group{pending: true, until: max(m.group.until, c.until)}
	m.do(effect{kind: fxArmGroup, after: m.group.until - m.now})
}
