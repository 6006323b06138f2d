package router

import (
	"slices"
	"time"
)

const (
	latencyWindow = 256 // samples that count
	latencyLeast  = 20  // samples before there is a percentile
	latencyEvery  = 16  // samples after which it is computed anew
)

// latencies are how long the last tasks took. The zero value has none.
type latencies struct {
	ring   [latencyWindow]time.Duration
	taken  int // in all
	p95    time.Duration
	sorted []time.Duration
}

// add takes a sample.
func (l *latencies) add(took time.Duration) {
	l.ring[l.taken%latencyWindow] = took
	l.taken++
	if l.taken >= latencyLeast && (l.taken-latencyLeast)%latencyEvery == 0 {
		l.compute()
	}
}

// compute finds the time that at least 95 of 100 samples did not pass.
func (l *latencies) compute() {
	l.sorted = append(l.sorted[:0], l.ring[:min(l.taken, latencyWindow)]...)
	slices.Sort(l.sorted)
	l.p95 = l.sorted[(len(l.sorted)*95+99)/100-1]
}

// delay is how long to wait for an answer before a second try, first being what
// holds until there are enough samples.
func (l *latencies) delay(first time.Duration) time.Duration {
	if l.taken < latencyLeast {
		return first
	}
	return l.p95
}
