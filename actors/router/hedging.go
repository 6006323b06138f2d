package router

import (
	"slices"
	"time"
)

// await begins to wait for the first try of a route, so that there can be a
// second.
func (d *desk) await(r *route, l *leg) {
	r.first, r.sent = l, d.clock()
	if !r.call.Task.Repeatable || r.hedged {
		return
	}
	d.budget.earn()
	d.hedgeable.move(r, false)
}

// hedge gives those a second try that have waited for too long. All wait equally
// long, so that the one that was sent first is the first to be late.
func (d *desk) hedge(now time.Time) {
	for r := d.hedgeable.head; r != nil && !now.Before(d.late(r)); r = d.hedgeable.head {
		d.flying.move(r, false)
		if !d.budget.has() {
			continue
		}
		if m := d.pick(r); m != nil {
			d.budget.spend()
			d.hedges++
			r.hedged = true
			d.launch(r, m)
		}
	}
}

// late is when a route has waited for too long.
func (d *desk) late(r *route) time.Time {
	return r.sent.Add(d.latencies.delay(d.terms.hedge.After))
}

// timed notes how long a first try took.
func (d *desk) timed(r *route, l *leg) {
	switch {
	case r.first == nil:
	case r.first == l:
		d.latencies.add(d.clock().Sub(r.sent))
		r.first = nil
	default:
		d.wins++
	}
}

// overtaken notes of a first try that did not come to its end that it would have
// taken at least so long.
func (d *desk) overtaken(r *route) {
	if slices.Contains(r.legs, r.first) {
		d.latencies.add(d.clock().Sub(r.sent))
	}
}

// due is when the desk has something to do that nobody tells it.
func (d *desk) due() (at time.Time, ok bool) {
	if r := d.hedgeable.head; r != nil {
		at, ok = d.late(r), true
	}
	if d.resting == 0 {
		return at, ok
	}
	for _, m := range d.members {
		if !m.rests.IsZero() && (!ok || m.rests.Before(at)) {
			at, ok = m.rests, true
		}
	}
	return at, ok
}

// tick does what is due.
func (d *desk) tick(now time.Time) {
	d.wake(now)
	d.hedge(now)
	d.advance()
}
