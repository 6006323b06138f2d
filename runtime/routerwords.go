package runtime

import "brood/actors/router"

// The words of package actors/router, so that a program does not have to import
// it.
type (
	// Policy says which member of a router gets a task.
	Policy = router.Policy
	// Choice is what a Policy chooses from.
	Choice = router.Choice
	// Candidate is one member that can be picked.
	Candidate = router.Candidate
	// RoundRobin gives each member a task in turn.
	RoundRobin = router.RoundRobin
	// Random gives each task to any member.
	Random = router.Random
	// LeastLoaded gives a task to a member that has the fewest.
	LeastLoaded = router.LeastLoaded
	// PowerOfTwo gives a task to the less loaded of two random members.
	PowerOfTwo = router.PowerOfTwo
	// ConsistentHash gives tasks with the same Key to the same member.
	ConsistentHash = router.ConsistentHash
	// Broadcast gives each task to all members.
	Broadcast = router.Broadcast
	// Scatter gives each task to several members and gathers their answers.
	Scatter = router.Scatter
	// Need is how many members must succeed in a Scatter.
	Need = router.Need
	// Hedge gives a late task a second try at another member.
	Hedge = router.Hedge
	// WhenEmpty says what becomes of a task that no member can take now.
	WhenEmpty = router.WhenEmpty
	// RouterStats is what a router looks like at one moment.
	RouterStats = router.Stats
)

// How many members must succeed in a Scatter, and what becomes of a task that no
// member can take now.
const (
	All          = router.All
	First        = router.First
	EmptyWaits   = router.EmptyWaits
	EmptyRefuses = router.EmptyRefuses
)

// Quorum returns the Need of n members.
func Quorum(n int) Need { return router.Quorum(n) }
