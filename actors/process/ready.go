package process

import (
	"errors"
	"fmt"

	"brood/actors"
)

// Why a child that runs is not ready.
var (
	errNoHello   = errors.New("no hello in time")
	errNotProven = errors.New("not proven in time")
)

// ready is the end of the start, if nothing is awaited any more.
func (s state) ready() (state, []effect) {
	if s.phase != starting || s.noHello || s.noProof {
		return s, nil
	}
	s.phase = running
	return s, do(efDisarm, efReady)
}

// late is a start that takes too long.
func (s state) late(ev event) (state, []effect) {
	switch {
	case s.phase == starting && ev.more > 0:
		return s, []effect{arm(timerStart, ev.more)}
	case s.noHello:
		return s.fault(actors.ReasonNotReady, errNoHello)
	case ev.err != nil:
		return s.fault(actors.ReasonNotReady, fmt.Errorf("%w: %w", errNotProven, ev.err))
	}
	return s.fault(actors.ReasonNotReady, errNotProven)
}

// unhealthy ends a child that a check has found ill.
func (s state) unhealthy(ev event, l limits) (state, []effect) {
	if s.phase != running || !ev.gentle {
		return s.fault(actors.ReasonUnhealthy, ev.err)
	}
	s.grace, s.why, s.whyErr = l.grace, actors.ReasonUnhealthy, ev.err
	return s.wind(l)
}
