package pool

// Drain asks the pool to accept no more tasks and to say on Done, which needs
// room for one, when the last one that it has is answered.
type Drain struct{ Done chan<- struct{} }

// Abort asks the pool to end at once: what waits is answered with Err, and
// what its members give back is not run again.
type Abort struct{ Err error }

// Reopen undoes Abort, and what the pool was told of a supervisor that gave up,
// but not Drain: its members have been started anew.
type Reopen struct{}

// Inspect asks for Stats on Reply, which needs room for one.
type Inspect struct{ Reply chan<- Stats }

// Stats is what a pool looks like at one moment.
type Stats struct {
	// Queued is how many tasks wait for a free slot, or for their next attempt.
	Queued int
	// AtDoor is how many wait for room in the queue (Wait).
	AtDoor int
	// Held is how many tasks the members hold.
	Held    int
	Workers []Worker
	// Outcomes counts the answers that tasks got.
	Outcomes Outcomes
}

// Worker is one member of a pool.
type Worker struct {
	// PID is the OS process id of its child, 0 while none runs.
	PID int
	// Ready says that it takes tasks.
	Ready bool
	// Held is how many tasks it holds.
	Held int
	// Done is how many tasks it has answered, over all incarnations.
	Done uint64
	// Restarts counts its incarnations after the first.
	Restarts int
}

// levelOut: it is time to look whether somebody idles while calls stand behind a
// long one.
type levelOut struct{}
