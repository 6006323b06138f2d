package runtime

import (
	"time"

	"github.com/asynkron/protoactor-go/actor"
)

// Tree describes a supervisor and all that is under it, as values. The zero value
// of every field but Children is OTP's default.
type Tree struct {
	// Name tells the tree in errors and reports. Below another tree it is that of
	// the Node.
	Name string
	// Strategy says who is restarted with a child that failed. Zero: nobody else.
	Strategy Strategy
	// Intensity restarts within Period, of all children together, are allowed; one
	// more and the supervisor gives up: it stops all and fails itself, which the
	// tree above sees as a failure of this child. Both zero mean 1 in 5 s.
	Intensity int
	Period    time.Duration
	// Backoff is the pause before each restart; see supervisor.Backoff.
	Backoff Backoff
	// Rest, if not zero, is what it does instead of giving up: it waits so long
	// before it tries again. Supervisor.Reset ends the wait.
	Rest time.Duration
	// AutoShutdown says whether it ends with its significant children.
	AutoShutdown AutoShutdown
	// Children are started from left to right, each when the one before is ready,
	// and stopped from right to left. If one fails to start at first, unless it is
	// Patient, those before it are stopped and the tree does not start.
	Children []Node
	// Parallel, above 1, says that the order of Children means nothing, but for
	// Node.After: so many are started at the same time, and all stopped at once.
	Parallel int
	// Template makes the nodes that AddDynamic names, for the strategy Dynamic
	// only, whose Children are empty. It must neither block nor panic.
	Template func(id string, argument any) Node
}

// Node is one child in a Tree: exactly one of Process, Pool, Actor and Tree is
// set. What it is restarted after is said here, and how often and when by the
// Tree: the fields for that of ProcessSpec and, but for a pool's own workers, of
// PoolSpec must be zero.
type Node struct {
	// ID names it among its siblings: 1 to 128 of A-Z, a-z, 0-9, '.', '_', '-'.
	ID string

	Process *ProcessSpec
	Pool    *PoolSpec
	// Actor is an ordinary actor. It runs when it was spawned. If it stops itself
	// that is a success; if it panics, a failure.
	Actor *actor.Props
	Tree  *Tree

	// Restart says after which ends it is started again. Zero: Permanent.
	Restart Restart
	// SuccessCodes are exit codes as good as 0; after FinalCodes it is never
	// started again.
	SuccessCodes, FinalCodes []int
	// FinalWithin, if not zero, is how long it must have run to be started again.
	FinalWithin time.Duration
	// MinUptime is how long it must run before it counts as started. If it ends
	// sooner it has failed to start, with any exit code.
	MinUptime time.Duration
	// Patient says that a first start that fails is repeated as later ones are.
	Patient bool
	// Grace is how long an actor or a tree gets to end; processes and pools have
	// their own. Zero: an actor 30 s, a tree what its children need. Negative: it
	// is stopped at once.
	Grace time.Duration
	// Significant nodes end the tree by their own end; see AutoShutdown.
	Significant bool
	// After names siblings that it needs: it starts after and stops before them.
	After []string
}
