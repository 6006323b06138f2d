package router

import "math/rand/v2"

// Policy says which member gets a task. It is a value without state, so that one
// may serve several routers; what it needs to know is in the Choice.
type Policy interface {
	// Pick returns the index in c.Members of the member that gets the task. Any
	// other number means none of them: the task is treated as if there were no
	// member, and those that wait behind it go on waiting. Pick runs in the
	// router's turn: it must not block and must not keep c or change it.
	Pick(c *Choice) int
}

// Choice is what a Policy chooses from.
type Choice struct {
	// Members are those that can take the task now, at least one, in the order in
	// which they joined.
	Members []Candidate
	// Key is the task's.
	Key string
	// Last is the Seq of the member that was picked last; 0: there is none.
	Last uint64
	// Random is the source of randomness.
	Random *rand.Rand
}

// Candidate is one member that can be picked.
type Candidate struct {
	// Name is the id of the member's actor.
	Name string
	// Seq numbers the members in the order of their joining, from 1; a number is
	// not used again.
	Seq uint64
	// Load is how many tasks the router has sent it that it has not answered.
	Load int

	hash uint64 // of Name
}

// terms are what a policy asks for besides a pick.
type terms struct {
	several  bool // members get each task, and their answers are gathered
	of       int  // how many of them; 0: all
	need     Need // of them that must succeed
	everyone bool // also those that are busy
	patient  bool // wait for all answers, whatever they are
	hedge    *Hedge
}

// termed is a policy with terms, of which there are only those of this package.
type termed interface {
	terms() terms
	// by is the policy that picks the members.
	by() Policy
	faults() []string
}
