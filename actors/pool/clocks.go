package pool

import (
	"math"
	"time"
)

// The lines of time on which clocks ring. Two of them stand still by turns: the
// time with a worker that is ready, and the time without.
const (
	lineTotal = iota // since acceptance
	lineRest         // until the next attempt
	lineQueue        // waiting while a worker is ready
	lineStart        // waiting while none is
	lines
)

// sweepAt is how many clocks of answered tasks may be kept beside those of the
// others before they are looked for.
const sweepAt = 64

// clocks are those of all tasks that have any. It is pure: time is told to it, as
// what has passed since some moment.
type clocks struct {
	lines [lines]heap[*entry, byTime]
	ready bool                 // which of the two waiting lines moves
	since time.Duration        // since when
	moved [lines]time.Duration // how far each had come then
	kept  int                  // clocks of lineTotal after the last sweep
}

// turn says whether a worker is ready now.
func (c *clocks) turn(now time.Duration, ready bool) {
	if ready == c.ready {
		return
	}
	c.moved[c.moving()] += now - c.since
	c.ready, c.since = ready, now
}

// waiting reports whether any clock depends on whether a worker is ready.
func (c *clocks) waiting() bool {
	return len(c.lines[lineQueue].items)+len(c.lines[lineStart].items) > 0
}

// moving is the waiting line that moves.
func (c *clocks) moving() int {
	if c.ready {
		return lineQueue
	}
	return lineStart
}

// shows is the time on a line.
func (c *clocks) shows(line int, now time.Duration) time.Duration {
	switch line {
	case lineTotal, lineRest:
		return now
	case c.moving():
		return c.moved[line] + now - c.since
	}
	return c.moved[line]
}

// set makes a clock of the entry ring after the line has moved that far.
func (c *clocks) set(e *entry, line int, now, after time.Duration) {
	c.stop(e, line)
	shows := c.shows(line, now)
	if after > math.MaxInt64-shows {
		return // that is never
	}
	e.at[line] = shows + after
	c.lines[line].order.line = line
	c.lines[line].push(e)
	if line == lineTotal && len(c.lines[line].items) > 2*c.kept+sweepAt {
		c.sweep()
	}
}

// stop takes a clock of the entry back, if it is set.
func (c *clocks) stop(e *entry, line int) {
	if e.place[line] > 0 {
		c.lines[line].remove(e.place[line] - 1)
	}
}

// pauseWaits stops what rings while the task waits, and keeps how much is left: the
// task may come back without having been begun.
func (c *clocks) pauseWaits(e *entry, now time.Duration) {
	for _, line := range [...]int{lineQueue, lineStart} {
		if e.place[line] > 0 {
			e.left[line] = max(e.at[line]-c.shows(line, now), 1)
			c.stop(e, line)
		}
	}
}

// stopWaits takes back what rings while the task waits.
func (c *clocks) stopWaits(e *entry) {
	c.stop(e, lineQueue)
	c.stop(e, lineStart)
	c.stop(e, lineRest)
}

// sweep forgets the total clocks of tasks that were answered by their workers,
// which the pool does not hear of. It is done when they may be more than half, so
// that it costs each task a constant.
func (c *clocks) sweep() {
	line := &c.lines[lineTotal]
	all := line.items
	line.items = all[:0]
	for _, e := range all {
		if e.open() {
			line.push(e) // to a place that was looked at before
		} else {
			e.place[lineTotal] = 0
		}
	}
	clear(all[len(line.items):])
	c.kept = len(line.items)
}

// due takes a clock that has rung; e is nil if there is none.
func (c *clocks) due(now time.Duration) (e *entry, line int) {
	for line := range c.lines {
		if first := c.first(line); first != nil && first.at[line] <= c.shows(line, now) {
			c.stop(first, line)
			return first, line
		}
	}
	return nil, 0
}

// first is the entry that rings first on a line; nil if none does.
func (c *clocks) first(line int) *entry {
	if len(c.lines[line].items) == 0 {
		return nil
	}
	return c.lines[line].items[0]
}

// next is when the next clock rings if no worker becomes ready, or unready,
// before; ok is false if none is set.
func (c *clocks) next() (at time.Duration, ok bool) {
	at = math.MaxInt64
	for _, line := range [...]int{lineTotal, lineRest, c.moving()} {
		first := c.first(line)
		if first == nil {
			continue
		}
		rings := first.at[line]
		if line == c.moving() {
			rings += c.since - c.moved[line]
		}
		at, ok = min(at, rings), true
	}
	return at, ok
}

// byTime orders entries by when they ring on a line.
type byTime struct{ line int }

var _ ordering[*entry] = byTime{}

func (b byTime) before(x, y *entry) bool { return x.at[b.line] < y.at[b.line] }
func (b byTime) place(e *entry, at int)  { e.place[b.line] = at + 1 }
