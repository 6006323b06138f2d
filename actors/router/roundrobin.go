package router

// RoundRobin gives each member a task in turn. A member that joins gets its turn
// after all others had theirs.
type RoundRobin struct{}

var _ Policy = RoundRobin{}

// Pick returns the member that joined next after the one that was picked last.
func (RoundRobin) Pick(c *Choice) int {
	for i := range c.Members {
		if c.Members[i].Seq > c.Last {
			return i
		}
	}
	return 0
}
