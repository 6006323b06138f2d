package supervisor

import (
	"math"
	"slices"
	"time"

	"github.com/asynkron/protoactor-go/actor"
)

// Forever is a Grace without end: OTP's infinity. It is for supervisors, whose
// own children have bounds, and for children that must never be killed.
const Forever time.Duration = math.MaxInt64

// Child describes one child of a supervisor.
type Child struct {
	// ID names the child among its siblings and is the last part of its PID:
	// 1 to 128 of A-Z, a-z, 0-9, '.', '_' and '-'.
	ID string
	// Props spawn the child's actor; again after it panicked. What the child
	// speaks is in the package's comment.
	Props *actor.Props
	// Plain says that the actor is an ordinary one that does not speak the words:
	// it runs when it is spawned, and its end is the end of its incarnation. By
	// itself it ends with success, by a panic it fails. It is stopped as an actor,
	// behind the messages that it has.
	Plain bool
	// Restart says after which ends it is started again. Zero means Permanent.
	Restart Restart
	// SuccessCodes are exit codes that are as good as 0.
	SuccessCodes []int
	// FinalCodes are exit codes after which it is not started again, whatever
	// Restart says. They are no success: a restart would not help.
	FinalCodes []int
	// FinalWithin, if not zero, is how long an incarnation must last to be followed
	// by another one. It does not hold up who starts after the child.
	FinalWithin time.Duration
	// MinUptime is how long an incarnation must last before the child counts as
	// started. One that ends sooner, in whatever way, is a failed start. Zero: it
	// has started when it says that it is ready.
	MinUptime time.Duration
	// Patient says that a failure of its first start is handled as one of a later
	// start, by a restart. Zero is OTP's rule: the supervisor stops what it has
	// started, and fails to start itself.
	Patient bool
	// Grace is passed on in the actors.Stop that the supervisor sends, and
	// bounds how long its answer is awaited, with 15 s on top. Zero means the
	// child's own; the answer is then awaited for 45 s. Negative means none:
	// OTP's brutal_kill. Forever: it is awaited without end.
	Grace time.Duration
	// Significant children end the supervisor by their own end, as AutoShutdown
	// says. None can be Permanent.
	Significant bool
	// After names siblings that this child needs: it is started when they have
	// started, or ended with success, and stopped before them. A later failure of
	// one of them does not touch it, which is what RestForOne is for.
	After []string
}

// Spec describes a supervisor. The zero value is one without children.
type Spec struct {
	// Name tells the supervisor in error texts. The name of its PID is up to
	// who spawns it.
	Name string
	// Strategy says who is restarted with a child that failed. Zero means
	// OneForOne.
	Strategy Strategy
	// Intensity is how many restarts, of all children together, are allowed
	// within Period; one more and the supervisor gives up. With a Period, zero
	// means that the first failure does. Both zero mean OTP's 1 in 5 s.
	Intensity int
	// Period is the length of the window. Zero means 5 s.
	Period time.Duration
	// Backoff is the pause before each restart of a child.
	Backoff Backoff
	// Rest, if not zero, is what the supervisor does instead of giving up: it
	// lets the child that failed rest for so long and then tries again. Its state
	// is Open in the meantime; ResetChild ends it.
	Rest time.Duration
	// AutoShutdown says whether it ends with its significant children.
	AutoShutdown AutoShutdown
	// Children are started from left to right, each when the one before has
	// started, and stopped from right to left, each awaited. What a child needs
	// (Child.After) is moved before it.
	Children []Child
	// Parallel, above 1, says that the order of Children means nothing: so many
	// may be starting at the same time, and all are stopped at once. Only
	// Child.After still orders them.
	Parallel int
	// Template makes the child that AddChild names by ID, for Dynamic only. It is
	// called in the supervisor's turn with AddChild's Argument and must neither
	// block nor panic. The ID need not be set. Its error is AddChild's.
	Template func(id string, argument any) (Child, error)
	// Starts limits how often children are started, together with all other
	// supervisors that have it. Nil: no limit.
	Starts *StartLimit
	// Subscribers get actors.GaveUp and actors.Down of the supervisor itself,
	// once. So does its parent, without being named here.
	Subscribers []*actor.PID
	// OnEvent, if not nil, is called with each Event, in the supervisor's turn.
	// It must neither block nor panic.
	OnEvent func(Event)
}

// policy returns what the supervisor decides by.
func (s *Spec) policy() Policy {
	return Policy{Intensity: s.Intensity, Period: s.Period, Backoff: s.Backoff}.withDefaults()
}

// ordered reports whether the order of the children means something.
func (s *Spec) ordered() bool { return s.Parallel <= 1 && s.Strategy != Dynamic }

// Success reports whether the exit is one that the child's spec calls so: by
// itself with code 0 or one of SuccessCodes.
func (c *Child) success(code int) bool { return code == 0 || slices.Contains(c.SuccessCodes, code) }
