package actors

import (
	"fmt"

	"github.com/asynkron/protoactor-go/actor"
)

// Gathered is what the members of a router answered to one task that went to
// several of them.
type Gathered struct {
	// Answers has one entry for each member that was asked, in the order in which
	// they were. One that was not waited for has ErrCancelled as its error.
	Answers []MemberAnswer
	// Need is how many had to succeed, and Succeeded how many had, when the result
	// was made.
	Need, Succeeded int
}

// MemberAnswer is what one member answered.
type MemberAnswer struct {
	Who    *actor.PID
	Result Result
}

// QuorumError answers a task of which so many members failed that the number
// which had to succeed could not be reached any more. It matches ErrNoQuorum, and
// what the members failed with.
type QuorumError struct {
	// Need of Asked members had to succeed.
	Need, Asked int
	// Errs are what the others failed with, in the order in which they were asked.
	Errs []error
}

// Error counts, and names the first failure.
func (e *QuorumError) Error() string {
	text := fmt.Sprintf("no quorum: %d of %d members had to succeed, %d failed", e.Need, e.Asked, len(e.Errs))
	if len(e.Errs) > 0 {
		text += ": " + e.Errs[0].Error()
	}
	return text
}

// Is reports whether target is ErrNoQuorum.
func (e *QuorumError) Is(target error) bool { return target == ErrNoQuorum }

// Unwrap returns what the members failed with.
func (e *QuorumError) Unwrap() []error { return e.Errs }
