package router

// PowerOfTwo looks at two members at random and gives the task to the one that
// has fewer. It never picks the member that is busier than all others.
type PowerOfTwo struct{}

var _ Policy = PowerOfTwo{}

// Pick returns the less loaded of two different members.
func (PowerOfTwo) Pick(c *Choice) int {
	if len(c.Members) == 1 {
		return 0
	}
	a := c.Random.IntN(len(c.Members))
	b := c.Random.IntN(len(c.Members) - 1)
	if b >= a {
		b++
	}
	if c.Members[b].Load < c.Members[a].Load {
		return b
	}
	return a
}
