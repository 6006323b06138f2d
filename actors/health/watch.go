package health

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// Watch probes the child every Interval until ctx ends, and reports each result.
// Probes do not overlap, and nothing is reported after the end of ctx. The
// check must have its defaults.
func (c Check) Watch(ctx context.Context, probe func(context.Context) error, child *Child, report func(Result)) {
	pause := time.NewTimer(c.Interval)
	defer pause.Stop()
	for {
		r := c.look(ctx, probe, child)
		if ctx.Err() != nil {
			return
		}
		report(r)
		pause.Reset(c.Interval)
		select {
		case <-pause.C:
		case <-ctx.Done():
			return
		}
	}
}

// look is one probe.
func (c Check) look(ctx context.Context, probe func(context.Context) error, child *Child) Result {
	began := time.Now()
	err := within(ctx, c.Timeout, probe)
	r := Result{At: began, Took: time.Since(began), Err: err}
	if err != nil {
		r.Condition = ConditionOf(child.PID)
	}
	return r
}

// within is probe with a bound on its time, whose passing is ErrUnresponsive.
func within(ctx context.Context, timeout time.Duration, probe func(context.Context) error) error {
	bounded, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	err := probe(bounded)
	if errors.Is(err, context.DeadlineExceeded) && bounded.Err() != nil {
		return fmt.Errorf("no answer within %s: %w", timeout, ErrUnresponsive)
	}
	return err
}

// How often a proof of readiness is asked for.
const (
	firstPause = 10 * time.Millisecond
	lastPause  = 250 * time.Millisecond
)

// Prove asks the probe again and again, soon at first and then four times a
// second, until it succeeds, and reports whether it did before ctx ended. Each
// failure is told to failed.
func Prove(ctx context.Context, probe func(context.Context) error, failed func(error)) bool {
	wait := firstPause
	pause := time.NewTimer(wait)
	defer pause.Stop()
	for {
		err := within(ctx, DefaultTimeout, probe)
		if ctx.Err() != nil {
			return false
		}
		if err == nil {
			return true
		}
		failed(err)
		pause.Reset(wait)
		select {
		case <-pause.C:
		case <-ctx.Done():
			return false
		}
		wait = min(2*wait, lastPause)
	}
}
