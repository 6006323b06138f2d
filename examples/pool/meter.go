package main

import "time"

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
