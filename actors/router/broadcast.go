package router

// Broadcast gives each task to all members, also to those that are busy, and
// waits for all answers. Result.Gathered has them; the error is a
// *actors.QuorumError if not all of them succeeded.
type Broadcast struct{}

var (
	_ Policy = Broadcast{}
	_ termed = Broadcast{}
)

// Pick returns the first member; the router takes all.
func (Broadcast) Pick(*Choice) int { return 0 }

func (b Broadcast) terms() terms   { return terms{several: true, everyone: true, patient: true} }
func (b Broadcast) by() Policy     { return b }
func (Broadcast) faults() []string { return nil }
