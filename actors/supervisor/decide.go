package supervisor

import (
	"cmp"
	"time"

	"brood/actors"
)

// The defaults of Policy: OTP's.
const (
	defaultIntensity = 1
	defaultPeriod    = 5 * time.Second
)

// Policy is what a supervisor goes by when a child has ended. The zero value
// is OTP's limit of 1 restart in 5 s, with the zero Backoff.
type Policy struct {
	// Intensity is how many restarts are allowed within Period; one more and
	// the supervisor gives up. Zero means none, but 1 if Period is zero too.
	Intensity int
	// Period is the length of the window in which restarts are counted. Zero
	// means 5 s.
	Period time.Duration
	// Backoff is the pause before a restart.
	Backoff Backoff
}

// withDefaults returns p with its zero fields filled in.
func (p Policy) withDefaults() Policy {
	if p.Intensity == 0 && p.Period == 0 {
		p.Intensity = defaultIntensity
	}
	p.Period = cmp.Or(p.Period, defaultPeriod)
	p.Backoff = p.Backoff.withDefaults()
	return p
}

// Failure is what Decide needs to know of the end of one incarnation.
type Failure struct {
	// Restart, SuccessCodes, FinalCodes and FinalWithin are the child's own.
	Restart                  Restart
	SuccessCodes, FinalCodes []int
	FinalWithin              time.Duration
	// Exit is how the incarnation ended.
	Exit actors.Exit
	// Ran is how long it lasted; zero if it could not be started.
	Ran time.Duration
	// FailedStart says that it ended before the child had started.
	FailedStart bool
	// Streak counts the child's restarts in a row before this end: it is the
	// Attempt of the Decision before, and zero at first.
	Streak int
	// Now is the time on a monotonic clock with any origin.
	Now time.Duration
	// Random is in [0, 1).
	Random float64
}

// History is what a supervisor remembers of the restarts of all its children.
// The zero value is that of a new supervisor.
type History struct{ restarts window }

// Action is what a Decision says.
type Action uint8

// The actions. The zero value is none of them.
const (
	// EndForGood: the child is not started again. This is no failure.
	EndForGood Action = iota + 1
	// RestartAfter: the child is started again after the Decision's Delay.
	RestartAfter
	// GiveUp: there were too many restarts. All children are to be stopped.
	GiveUp
)

// String returns the action in lower-case words.
func (a Action) String() string {
	switch a {
	case EndForGood:
		return "end for good"
	case RestartAfter:
		return "restart"
	case GiveUp:
		return "give up"
	}
	return "unknown"
}

// Decision says what to do about a Failure.
type Decision struct {
	Action Action
	// Attempt counts the child's restarts in a row, this one included. Set for
	// RestartAfter only.
	Attempt int
	// Delay is the pause before the restart. Set for RestartAfter only.
	Delay time.Duration
}

// Decide returns what to do about f after the restarts in h, and the history
// for the next call. Each restart counts once in the whole window, whichever
// child it is for and however it then goes: a start that fails is the next
// failure. Decide does nothing and reads no clock. As with append, h itself
// must not be used again.
func (p Policy) Decide(f Failure, h History) (Decision, History) {
	if !f.again() {
		return Decision{Action: EndForGood}, h
	}
	p = p.withDefaults()
	h.restarts = h.restarts.add(f.Now, p.Period, p.Intensity)
	if len(h.restarts) > p.Intensity {
		return Decision{Action: GiveUp}, h
	}
	attempt := f.Streak + 1
	if f.Ran >= p.Backoff.ResetAfter {
		attempt = 1
	}
	return Decision{
		Action:  RestartAfter,
		Attempt: attempt,
		Delay:   p.Backoff.delay(attempt, f.Random),
	}, h
}
