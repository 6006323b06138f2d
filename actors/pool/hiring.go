package pool

import "slices"

// hireSome starts members up to the target, and one more for one that is due.
func (c *crew) hireSome() (orders []order) {
	if !c.mayHire() {
		return nil
	}
	t := c.count()
	for t.hiring < startsAtOnce && t.living-c.target < c.atOnce() {
		extra := t.serving + t.hiring - c.target
		if extra >= 0 && t.due <= extra {
			break
		}
		i, ok := c.number()
		if !ok {
			break
		}
		c.hires++
		c.members[i] = member{standing: hiring, hire: c.hires, version: c.wanted()}
		orders = append(orders, order{hire, i})
		t.hiring++
		t.living++
	}
	return orders
}

func (c *crew) mayHire() bool { return !c.now.Before(c.restUntil) }

// full reports whether no number is left.
func (c *crew) full() bool {
	return c.numbers > 0 && len(c.members) >= c.numbers &&
		!slices.ContainsFunc(c.members, func(m member) bool { return m.standing == vacant })
}

// number finds a free one.
func (c *crew) number() (i int, ok bool) {
	i = slices.IndexFunc(c.members, func(m member) bool { return m.standing == vacant })
	if i >= 0 {
		return i, true
	}
	if c.numbers > 0 && len(c.members) >= c.numbers {
		return 0, false
	}
	c.members = append(c.members, member{standing: vacant})
	return len(c.members) - 1, true
}
