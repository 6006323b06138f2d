package health

import (
	"errors"
	"fmt"
	"strings"
	"time"
)

// Defaults of a Check.
const (
	DefaultInterval  = 10 * time.Second
	DefaultTimeout   = 5 * time.Second
	DefaultFailures  = 3
	DefaultSuccesses = 1
)

// Check is a Probe that is asked again and again while a child is ready, and
// how many of its answers make a verdict. Only Probe is required.
type Check struct {
	Probe Probe
	// Name is the check's name in telemetry and errors: one of few. Zero: the
	// probe's name.
	Name string
	// Interval is the pause between two probes; the first one is at once. Zero
	// means 10 s, for Silence and Watchdog a quarter of their time.
	Interval time.Duration
	// Timeout bounds one probe. One that takes longer fails with
	// ErrUnresponsive. Zero means 5 s.
	Timeout time.Duration
	// Failures in a row make the child unhealthy. Zero means 3, for Silence and
	// Watchdog, which have waited already, 1.
	Failures int
	// Successes in a row make it healthy. Zero means 1.
	Successes int
	// Grace is how long after Ready failures do not count, unless there was a
	// success. Zero means that they do.
	Grace time.Duration
	// ReportOnly leaves an unhealthy child running: the verdict is told and that
	// is all. Otherwise the child is ended, and its supervisor decides.
	ReportOnly bool
}

// patient is a probe that measures a time of its own.
type patient interface{ patience() time.Duration }

// asking is a probe that asks the child's protocol side.
type asking interface{ asksProtocol() }

// Validate returns everything that is wrong with the check of a child that
// speaks a protocol, or does not; nil if nothing is.
func (c Check) Validate(protocol bool) error {
	_, asks := c.Probe.(asking)
	return errors.Join(
		validate(c.Probe, false),
		fault(asks && !protocol, "%T without a Protocol", c.Probe),
		fault(c.Interval < 0, "Interval is %s", c.Interval),
		fault(c.Timeout < 0, "Timeout is %s", c.Timeout),
		fault(c.Failures < 0, "Failures is %d", c.Failures),
		fault(c.Successes < 0, "Successes is %d", c.Successes),
		fault(c.Grace < 0, "Grace is %s", c.Grace),
	)
}

// WithDefaults returns the check with a value in place of each zero.
func (c Check) WithDefaults() Check {
	interval, failures := DefaultInterval, DefaultFailures
	if p, ok := c.Probe.(patient); ok {
		interval, failures = max(p.patience()/4, time.Millisecond), 1
	}
	if c.Name == "" {
		c.Name = name(c.Probe)
	}
	orDefault(&c.Interval, interval)
	orDefault(&c.Timeout, DefaultTimeout)
	orDefault(&c.Failures, failures)
	orDefault(&c.Successes, DefaultSuccesses)
	return c
}

func orDefault[T comparable](field *T, value T) {
	var zero T
	if *field == zero {
		*field = value
	}
}

// Verdict is what a check has come to think of an incarnation.
type Verdict uint8

// The verdicts.
const (
	// Undecided: there were not enough results yet.
	Undecided Verdict = iota
	// Healthy: the last successes were enough, or failures since are too few.
	Healthy
	// Unhealthy: there were enough failures in a row.
	Unhealthy
)

// String returns the verdict in a word.
func (v Verdict) String() string {
	return [...]string{"undecided", "healthy", "unhealthy"}[min(v, Unhealthy)]
}

// Result is what one probe found.
type Result struct {
	// At is when it began, and Took how long it took.
	At   time.Time
	Took time.Duration
	// Err is nil if all was well.
	Err error
	// Condition is what the kernel said of the child after a failure.
	Condition Condition
}

// Track is what Judge remembers of an incarnation between two results. The zero
// value is that of a new one.
type Track struct {
	Verdict Verdict
	// Failures and Successes are those in a row; one of them is zero.
	Failures, Successes int

	proven bool // there was a success
}

// Judge returns what becomes of t by a result that came so long after the child
// was ready. The check must have its defaults. It reads no clock.
func (c Check) Judge(t Track, r Result, age time.Duration) Track {
	switch {
	case r.Err == nil:
		t.proven = true
		t.Failures, t.Successes = 0, t.Successes+1
		if t.Successes >= c.Successes {
			t.Verdict = Healthy
		}
	case errors.Is(r.Err, ErrInconclusive) && !r.Condition.Halted():
	case age < c.Grace && !t.proven:
	default:
		t.Failures, t.Successes = t.Failures+1, 0
		if t.Failures >= c.Failures {
			t.Verdict = Unhealthy
		}
	}
	return t
}

// UnhealthyError says which check found a child unhealthy, what it saw, and how
// often.
type UnhealthyError struct {
	// Check is the check's name.
	Check string
	// Failures came in a row; Last is the last of them.
	Failures int
	Last     Result
}

// Error names the check, what the kernel said of the child if that explains it,
// the last failure and how many there were.
func (e *UnhealthyError) Error() string {
	text := e.Last.Err.Error()
	if what := e.Last.Condition.String(); e.Last.Condition.Halted() && !strings.Contains(text, what) {
		text = what + ": " + text
	}
	text = e.Check + ": " + text
	if e.Failures > 1 {
		text += fmt.Sprintf(" (%d times in a row)", e.Failures)
	}
	return text
}

// Unwrap returns the last failure.
func (e *UnhealthyError) Unwrap() error { return e.Last.Err }

// Reacts reports whether the child can be expected to follow a request to end:
// it is not halted, and gave an answer.
func (e *UnhealthyError) Reacts() bool {
	return !e.Last.Condition.Halted() && !errors.Is(e.Last.Err, ErrUnresponsive)
}
