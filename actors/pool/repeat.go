package pool

import (
	"cmp"
	"fmt"
	"time"

	"brood/actors"
	"brood/actors/internal/pause"
	"brood/actors/process"
)

// The defaults of a RepeatBackoff that is not zero.
const (
	defaultRepeatMax    = 10 * time.Second
	defaultRepeatJitter = 0.5
)

// RepeatBackoff says how long a repeatable task rests after a worker died with
// it before it is run again: Min after the first, then twice as long each time,
// up to Max. The zero value runs it again at once.
type RepeatBackoff struct {
	// Min is the first pause. Zero means none, and then none at all.
	Min time.Duration
	// Max bounds the pause before jitter. Zero means 10 s, or Min if that is
	// more.
	Max time.Duration
	// Jitter bounds the share of the pause that is added to it at random, so that
	// tasks that were lost together do not come back together. At most 1. Zero
	// means 0.5, negative none.
	Jitter float64
}

// delay is the pause before the next attempt when that many workers died with
// the task. random is in [0, 1).
func (b RepeatBackoff) delay(deaths int, random float64) time.Duration {
	if b.Min == 0 {
		return 0
	}
	most := max(cmp.Or(b.Max, defaultRepeatMax), b.Min)
	return pause.After(deaths, b.Min, most, cmp.Or(b.Jitter, defaultRepeatJitter), random)
}

func (b RepeatBackoff) faults() (faults []error) {
	for _, field := range []struct {
		name  string
		value time.Duration
	}{{"Min", b.Min}, {"Max", b.Max}} {
		if field.value < 0 {
			faults = append(faults, fmt.Errorf("pool: RepeatBackoff.%s is negative: %s", field.name, field.value))
		}
	}
	if b.Max > 0 && b.Min > b.Max {
		faults = append(faults, fmt.Errorf("pool: RepeatBackoff.Min %s is over RepeatBackoff.Max %s", b.Min, b.Max))
	}
	if !(b.Jitter <= 1) { // in this form it finds NaN as well
		faults = append(faults, fmt.Errorf("pool: RepeatBackoff.Jitter is over 1: %v", b.Jitter))
	}
	return faults
}

// blames reports whether a worker that ended so may have been ended by the task
// that it held. Ends that were decided on elsewhere are not the task's fault:
// a stop, a recycling, a limit of its owner's, another task's cancel.
func blames(reason actors.Reason) bool {
	switch reason {
	case actors.ReasonExited, actors.ReasonSignalled, actors.ReasonOutOfMemory, actors.ReasonProtocol,
		actors.ReasonUnhealthy:
		return true
	}
	return false
}

// again decides about a repeatable call that may have run in a worker that died.
func (s *scheduler) again(call *process.Call, exit actors.Exit) verdict {
	e := enter(call)
	e.lost = &exit
	clear(e.left[:]) // each attempt has a wait of its own
	if blames(exit.Reason) {
		e.exits = append(e.exits, exit)
	} else {
		e.spared++
	}
	switch {
	case len(e.exits) >= s.maxAttempts:
		return verdict{call: call, err: &actors.PoisonError{Exits: e.exits}}
	case e.spared >= s.maxAttempts:
		return verdict{call: call, err: exited(call, exit)}
	case s.rests:
		call.Pool.Member, e.member = resting, resting
		s.resting[call] = struct{}{}
		return verdict{call: call, rest: len(e.exits) + e.spared}
	}
	s.pushFront(call)
	return verdict{call: call}
}

// wake puts a call that has rested before the others that wait.
func (s *scheduler) wake(call *process.Call) {
	delete(s.resting, call)
	s.pushFront(call)
}
