package pool

import "time"

// resize moves the target within the bounds of the scale.
func (c *crew) resize() {
	if !c.scale.elastic() || c.closed != nil {
		return
	}
	t := c.count()
	need := t.busy + t.down + c.scale.Spares
	if c.scale.Spares > 0 {
		c.target = max(c.target, min(need, c.scale.Max))
	}
	if c.tooSlow(t) && c.target < c.scale.Max {
		c.target++
		c.grown = c.now
	}
	floor := max(c.scale.Min, min(need, c.scale.Max))
	for i := range c.members {
		if m := &c.members[i]; c.target > floor && c.dispensable(m) && c.target >= t.serving {
			c.target--
			t.serving--
		}
	}
}

// tooSlow reports whether one member more is to be started, since a task has waited
// for too long that none of those that are being started will take.
func (c *crew) tooSlow(t tally) bool {
	if c.paused || (c.length-1)/max(c.prefetch, 1) < t.hiring {
		return false
	}
	return reached(c.now, c.growAt())
}

// growAt is when the next member is due to be started if nothing changes; zero if
// no task waits that any member could take. It goes by the task that is next.
func (c *crew) growAt() time.Time {
	next := c.first()
	if next == nil {
		return time.Time{}
	}
	accepted := next.Pool.Accepted
	if c.grown.After(accepted) {
		accepted = c.grown
	}
	return accepted.Add(c.scale.UpAfter)
}

// dispensable reports whether a member has held nothing for so long that it is not
// needed.
func (c *crew) dispensable(m *member) bool {
	return m.standing == serving && m.ready && m.held == 0 && reached(c.now, m.idleSince.Add(c.scale.DownAfter))
}

// needsLook reports, at the end of a turn, whether there is something to decide
// before wake, which is when the crew looks again by itself.
func (c *crew) needsLook(wake time.Time) bool {
	if c.changed {
		return true
	}
	if idle := c.recycle.AfterIdle; idle > 0 && c.held > 0 && (wake.IsZero() || wake.After(c.now.Add(idle))) {
		return true
	}
	if !c.scale.elastic() || c.target == c.scale.Max && c.length > 0 {
		return false
	}
	if c.length > 0 && !c.paused && c.first() != nil && (wake.IsZero() || c.growAt().Before(wake)) {
		return true
	}
	return c.scale.Spares > 0 && c.target < c.scale.Max && c.target < c.busyMembers()+c.scale.Spares
}

// busyMembers counts those that are no use as a spare.
func (c *crew) busyMembers() (n int) {
	for i := range c.members {
		if m := &c.members[i]; m.standing == serving && (m.held > 0 || !m.ready) {
			n++
		}
	}
	return n
}

// nextLook is when time alone changes what there is to do.
func (c *crew) nextLook() (wake time.Time) {
	soonest := func(at time.Time) {
		if at.After(c.now) && (wake.IsZero() || at.Before(wake)) {
			wake = at
		}
	}
	soonest(c.restUntil)
	if c.scale.elastic() && c.closed == nil {
		if c.target < c.scale.Max && !c.paused && c.first() != nil {
			soonest(later(c.growAt(), c.now.Add(c.scale.UpAfter/2)))
		}
		if c.target > c.scale.Start() {
			soonest(c.now.Add(c.scale.DownAfter))
		}
	}
	for i := range c.members {
		m := &c.members[i]
		if m.standing != serving || !m.ready {
			continue
		}
		soonest(m.expires)
		if m.held > 0 {
			continue
		}
		if c.scale.elastic() && c.target > c.scale.Start() {
			soonest(m.idleSince.Add(c.scale.DownAfter))
		}
		if c.recycle.AfterIdle > 0 && m.taken > 0 {
			soonest(m.idleSince.Add(c.recycle.AfterIdle))
		}
	}
	if c.recycle.AfterIdle > 0 && c.held > 0 {
		soonest(c.now.Add(c.recycle.AfterIdle))
	}
	return wake
}

// later returns the later one.
func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}
