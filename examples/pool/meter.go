package main

import (
	"time"

	"brood/runtime"
)

// window is how long a meter looks back.
const window = 2 * time.Second

// meter tells how fast a number grows. The zero value is usable.
type meter struct{ seen []reading }

type reading struct {
	at    time.Duration
	value uint64
}

// read takes the value at a moment, and returns by how much it has grown a second
// since the window began.
func (m *meter) read(at time.Duration, value uint64) float64 {
	m.seen = append(m.seen, reading{at, value})
	for len(m.seen) > 2 && at-m.seen[1].at >= window {
		m.seen = m.seen[1:]
	}
	first := m.seen[0]
	if at <= first.at {
		return 0
	}
	return float64(value-first.value) / (at - first.at).Seconds()
}

// restarts counts those of all workers that there ever were, as far as they were
// seen: a new worker that has the number of an old one begins at 0. The zero value
// is usable.
type restarts struct {
	seen  map[int]int // by number
	total int
}

// read takes what the workers look like and returns the total.
func (r *restarts) read(workers []runtime.PoolWorker) int {
	now := map[int]int{}
	for _, w := range workers {
		more := w.Restarts - r.seen[w.Number]
		if more < 0 {
			more = w.Restarts
		}
		r.total += more
		now[w.Number] = w.Restarts
	}
	r.seen = now
	return r.total
}
