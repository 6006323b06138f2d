package router

// LeastLoaded gives a task to a member that has the fewest, of several the next
// in turn. It never picks a busy one while one is idle.
type LeastLoaded struct{}

var _ Policy = LeastLoaded{}

// Pick returns the member with the lowest load; among equals the one whose turn
// it would be.
func (LeastLoaded) Pick(c *Choice) int {
	best, bestNext := 0, false
	for i := range c.Members {
		m := &c.Members[i]
		next := m.Seq > c.Last
		if m.Load < c.Members[best].Load || m.Load == c.Members[best].Load && next && !bestNext {
			best, bestNext = i, next
		}
	}
	return best
}
