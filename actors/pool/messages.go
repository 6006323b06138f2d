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

// Change asks for a change of the pool's members. It is answered once on Reply,
// which needs room for one: when it is done, or with an error.
type Change struct {
	// Request is a Resize, Replace or Roll.
	Request any
	Reply   chan<- error
}

// The requests of a Change. If the pool ends meanwhile, the error matches
// actors.ErrStopping.
type (
	// Resize gives the pool a fixed size. It is done when so many members serve and
	// all others have gone. Errors: ErrSize; a start that failed, which is tried
	// again all the same.
	Resize struct{ Size int }
	// Replace has a member replaced between tasks. It is done when a new one serves
	// and the old one has gone. Errors: ErrNoWorker; a start that failed, as for
	// Resize.
	Replace struct{ Member int }
	// Roll replaces all members by what Child describes, AtOnce at a time. It is
	// done when all old ones have gone. If a new one does not start, the rest stays:
	// *RollError. Other errors: ErrRolling.
	Roll struct {
		Child  MakeChild
		AtOnce int
	}
)

// StopRoll ends the roll that is answered on Reply early, for Err.
type StopRoll struct {
	Reply chan<- error
	Err   error
}

// Pause asks the pool to hand out no task, until Resume.
type Pause struct{}

// Resume undoes Pause.
type Resume struct{}

// Sampled tells how much memory the tree of a member's incarnation uses.
type Sampled struct {
	Member      int
	Incarnation uint32
	MemoryBytes int64
}

// look: the crew is to look what there is to do.
type look struct{ _ byte } // not empty: told apart by address

// levelOut: it is time to look whether somebody idles while calls stand behind a
// long one.
type levelOut struct{}
