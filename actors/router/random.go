package router

// Random gives each task to any member, each as likely as the others.
type Random struct{}

var _ Policy = Random{}

// Pick returns any member.
func (Random) Pick(c *Choice) int { return c.Random.IntN(len(c.Members)) }
