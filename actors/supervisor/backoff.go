package supervisor

import (
	"cmp"
	"fmt"
	"time"

	"brood/actors/internal/pause"
)

// The defaults of Backoff.
const (
	defaultMin        = 10 * time.Millisecond
	defaultMax        = 10 * time.Second
	defaultJitter     = 0.5
	defaultResetAfter = 10 * time.Second
)

// Backoff says how long to wait before a child is started again: Min after
// its first failure in a row, then twice as long each time, up to Max. The
// zero value is 10 ms to 10 s, with up to half of it on top at random,
// beginning anew when a child has lasted 10 s.
type Backoff struct {
	// Min is the first delay. Zero means 10 ms, or Max if that is less. Negative
	// means no pause at all, as in OTP.
	Min time.Duration
	// Max bounds the delay before jitter. Zero means 10 s, or Min if that is
	// more.
	Max time.Duration
	// Jitter bounds the share of the delay that is added to it at random, so
	// that supervisors which failed together do not restart together. At most
	// 1. Zero means 0.5, negative none.
	Jitter float64
	// ResetAfter is how long an incarnation must last, from Start to Down, for
	// its failure to be the first in a row again. Zero means 10 s.
	ResetAfter time.Duration
	// Eager leaves out the first delay: who has failed once after a long time most
	// likely need not fail again. The second in a row is followed by Min.
	Eager bool
}

// withDefaults returns b with its zero fields filled in.
func (b Backoff) withDefaults() Backoff {
	unset := b.Min == 0
	b.Min = cmp.Or(b.Min, defaultMin)
	if b.Max == 0 {
		b.Max = max(defaultMax, b.Min)
	}
	if unset {
		b.Min = min(b.Min, b.Max)
	}
	b.Jitter = cmp.Or(b.Jitter, defaultJitter)
	b.ResetAfter = cmp.Or(b.ResetAfter, defaultResetAfter)
	return b
}

// delay returns the pause before restart number attempt, counted from 1.
// random is in [0, 1).
func (b Backoff) delay(attempt int, random float64) time.Duration {
	if b.Eager {
		attempt--
	}
	if b.Min < 0 {
		return 0
	}
	return pause.After(attempt, b.Min, b.Max, b.Jitter, random)
}

// faults returns everything that is wrong with b.
func (b Backoff) faults() []error {
	var faults []error
	for _, field := range []struct {
		name  string
		value time.Duration
	}{{"Max", b.Max}, {"ResetAfter", b.ResetAfter}} {
		if field.value < 0 {
			faults = append(faults, fmt.Errorf("spec.Backoff.%s is negative: %s", field.name, field.value))
		}
	}
	if b.Max > 0 && b.Min > b.Max {
		faults = append(faults, fmt.Errorf("spec.Backoff.Min %s is over spec.Backoff.Max %s", b.Min, b.Max))
	}
	if !(b.Jitter <= 1) { // in this form it finds NaN as well
		faults = append(faults, fmt.Errorf("spec.Backoff.Jitter is over 1: %v", b.Jitter))
	}
	return faults
}
