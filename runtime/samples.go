package runtime

import (
	"context"
	"fmt"
	"time"

	"brood/actors"
	"brood/actors/health"
)

// The words of package health that a program needs.
type (
	// Sample is what a child's tree used up to a moment.
	Sample = health.Sample
	// WatchLimit says how much a child's tree may use, and what is done then. Not
	// to be confused with Command.Limits, which the kernel enforces.
	WatchLimit = health.Limit
	// LimitError says which WatchLimit a child's tree has passed.
	LimitError = health.LimitError
)

// What is done when a WatchLimit is passed.
const (
	Warn            = health.Warn
	RestartWhenIdle = health.RestartWhenIdle
	RestartNow      = health.RestartNow
)

// UnknownUsage is the value of a number in a Sample that cannot be had.
const UnknownUsage = health.Unknown

// Samples returns what the child's tree used, oldest first: the last 60 samples,
// over all incarnations. They are taken every Options.SampleInterval while
// somebody wants them: while a child with a Watch runs, and for as long as 60 of
// them take after a call of Samples or Usage. So the first call may find none.
func (p *Process) Samples() []Sample { return p.track.samples() }

// Usage returns the newest sample of the child's tree and, if there is none of
// this incarnation or it is old, waits for the next one: at most
// Options.SampleInterval, unless ctx ends first, with its cause. The error matches
// actors.ErrNotRunning if no child runs.
func (p *Process) Usage(ctx context.Context) (Sample, error) {
	s, err := p.track.usage(ctx)
	if err != nil {
		return s, fmt.Errorf("runtime: usage of %s: %w", p.name, err)
	}
	return s, nil
}

// Samples returns what the tree of a worker used, as Process.Samples does: of all
// that had this number. The workers are numbered from 0; another number has no
// samples.
func (p *Pool) Samples(worker int) []Sample {
	t := p.trackOf(worker)
	if t == nil {
		return nil
	}
	return t.samples()
}

// Usage returns the newest sample of a worker's tree, as Process.Usage does.
func (p *Pool) Usage(ctx context.Context, worker int) (Sample, error) {
	t := p.trackOf(worker)
	if t == nil {
		return Sample{}, fmt.Errorf("runtime: usage of %s: no worker %d: %w", p.name, worker, actors.ErrNotRunning)
	}
	s, err := t.usage(ctx)
	if err != nil {
		return s, fmt.Errorf("runtime: usage of %s, worker %d: %w", p.name, worker, err)
	}
	return s, nil
}

// trackOf returns the track of the workers with this number, nil if there was none.
func (p *Pool) trackOf(worker int) *track {
	p.state.Lock()
	defer p.state.Unlock()
	if worker < 0 || worker >= len(p.workers) {
		return nil
	}
	return p.workers[worker].track
}

func (t *track) samples() []Sample {
	t.sampler.ask()
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.ring.Samples()
}

func (t *track) usage(ctx context.Context) (Sample, error) {
	for {
		t.sampler.ask()
		s, next, err := t.newest(time.Now())
		if next == nil {
			return s, err
		}
		select {
		case <-next:
		case <-t.sampler.stopped:
			return Sample{}, actors.ErrStopping
		case <-ctx.Done():
			return Sample{}, context.Cause(ctx)
		}
	}
}

// newest returns the last sample, or what is closed when there is another one or
// the incarnation is over.
func (t *track) newest(now time.Time) (Sample, <-chan struct{}, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.conn == nil {
		return Sample{}, nil, actors.ErrNotRunning
	}
	s, ok := t.ring.Last()
	if ok && s.Incarnation == t.incarnation && s.PID == t.conn.PID() && now.Sub(s.At) <= 2*t.sampler.interval {
		return s, nil, nil
	}
	if t.next == nil {
		t.next = make(chan struct{})
	}
	return Sample{}, t.next, nil
}
