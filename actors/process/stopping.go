package process

import (
	"time"

	"brood/actors"
)

// planned is a step of a stop that is under way.
type planned struct {
	deed effect
	wait time.Duration // untilKill: as long as there is
}

const untilKill time.Duration = -1

// stopPlan returns the steps for a child in this state, and when KILL comes. A
// child that does not listen to its protocol would not understand a message.
func (l limits) stopPlan(grace time.Duration, listens bool) (plan []planned, kill time.Duration) {
	if len(l.plan) == 0 {
		if listens {
			plan = append(plan, planned{effect{kind: efAskToEnd}, grace / 2})
		}
		return append(plan, planned{effect{kind: efTerminate}, untilKill}), grace
	}
	kill = l.plan.Time()
	if grace > 0 {
		kill = min(kill, grace)
	}
	for i, step := range l.plan {
		switch {
		case !step.Message:
			plan = append(plan, planned{effect{kind: efStep, step: i}, step.Wait})
		case listens:
			plan = append(plan, planned{effect{kind: efAskToEnd}, step.Wait})
		}
	}
	return plan, kill
}

// stopped takes a request to stop. The first one's grace and reason count;
// later ones can only make it urgent.
func (s state) stopped(ev event, l limits) (state, []effect) {
	if s.phase == idle {
		return s, do(efStopped)
	}
	if !s.stop {
		s.stop, s.grace, s.why, s.whyErr = true, ev.grace, ev.reason, ev.err
	}
	urgent := ev.grace < 0
	s.urgent = s.urgent || urgent
	switch s.phase {
	case starting, running:
		return s.wind(l)
	case ending:
		if urgent {
			return s.kill()
		}
	case draining:
		if urgent {
			return s.cutOff()
		}
	}
	return s, nil // spawning: spawned sees stop
}

// wind begins to end a child that runs.
func (s state) wind(l limits) (state, []effect) {
	listens := l.hello && !s.noHello
	s.phase, s.reason = ending, actors.ReasonStopped
	if s.why != 0 {
		s.reason, s.cause = s.why, s.whyErr
	}
	if s.urgent {
		return s.kill()
	}
	plan, kill := l.stopPlan(s.grace, listens)
	s.plan = plan
	s, effects := s.advance()
	return s, append(append(do(efDisarm), arm(timerKill, kill)), effects...)
}

// advance does the next step of the plan. Behind the last one comes KILL. The
// deed goes last: if it cannot be done, the actor advances from within it.
func (s state) advance() (state, []effect) {
	if len(s.plan) == 0 {
		return s.kill()
	}
	next := s.plan[0]
	s.plan = s.plan[1:]
	if next.wait == untilKill {
		return s, append([]effect{disarm(timerStep)}, next.deed)
	}
	return s, []effect{arm(timerStep, next.wait), next.deed}
}

func (s state) kill() (state, []effect) {
	s.plan = nil
	return s, append(do(efDisarm, efKill), arm(timerReap, reapDelay))
}

// cutOff closes the outputs, so that their readers end.
func (s state) cutOff() (state, []effect) {
	s.cut = true
	return s, append(do(efDisarm, efCut), arm(timerReap, cutDelay))
}
