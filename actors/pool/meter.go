package pool

import "time"

// What "lately" means is cut in parts, of which the oldest is forgotten as a whole.
const (
	meterParts = 12
	meterPart  = 5 * time.Second
)

// meter measures how much of its time a member holds tasks. It is asked only when
// that begins or ends, not for each task.
type meter struct {
	born  time.Time // when the member was first ready
	since time.Time // when it began to hold tasks; zero: it holds none
	total time.Duration
	parts [meterParts]time.Duration
	last  int64 // the number of the newest part, counted from born
}

// open begins the measurement, if it has not begun.
func (m *meter) open(now time.Time) {
	if m.born.IsZero() {
		m.born = now
	}
}

// begin says that the member holds tasks.
func (m *meter) begin(now time.Time) {
	m.open(now)
	m.since = now
}

// end says that it holds none.
func (m *meter) end(now time.Time) {
	if !m.since.IsZero() {
		m.add(m.since, now)
		m.since = time.Time{}
	}
}

// add counts the time between from and to.
func (m *meter) add(from, to time.Time) {
	m.total += max(to.Sub(from), 0)
	for from.Before(to) {
		number := m.part(from)
		stop := m.born.Add(time.Duration(number+1) * meterPart)
		if stop.After(to) {
			stop = to
		}
		m.turnTo(number)
		if number > m.last-meterParts {
			m.parts[number%meterParts] += stop.Sub(from)
		}
		from = stop
	}
}

func (m *meter) part(at time.Time) int64 { return int64(max(at.Sub(m.born), 0) / meterPart) }

// turnTo forgets the parts that are over a window old when number is the newest.
func (m *meter) turnTo(number int64) {
	if number-m.last >= meterParts {
		m.parts, m.last = [meterParts]time.Duration{}, number
	}
	for m.last < number {
		m.last++
		m.parts[m.last%meterParts] = 0
	}
}

// shares returns how much of its time the member held tasks, lately and in all, as
// numbers from 0 to 1. Lately is the last minute, cut to a part.
func (m *meter) shares(now time.Time) (lately, total float64) {
	age := now.Sub(m.born)
	if m.born.IsZero() || age <= 0 {
		return 0, 0
	}
	copied := *m
	if !copied.since.IsZero() {
		copied.add(copied.since, now)
	}
	newest := copied.part(now)
	copied.turnTo(newest)
	var busy time.Duration
	for _, part := range copied.parts {
		busy += part
	}
	window := min(age, age-time.Duration(newest-meterParts+1)*meterPart)
	return min(busy.Seconds()/window.Seconds(), 1), min(copied.total.Seconds()/age.Seconds(), 1)
}
