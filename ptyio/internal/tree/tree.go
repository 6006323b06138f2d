package tree

import (
	"os"
	"syscall"
	"time"
)

// Spec says what Start runs. Nothing in it is looked up or filled in.
type Spec struct {
	Path string
	Argv []string
	Env  []string
	Dir  string
	// Files become descriptor 0, 1, 2, ... of the child. The caller keeps and
	// closes its own. They are put into blocking mode, as programs expect.
	Files []*os.File
	// Terminal makes Files[0] the controlling terminal of the child's session.
	Terminal bool
}

// End tells how the child ended and what it used. Its fields are those of
// ptyio.Exit.
type End struct {
	Code           int
	Signal         syscall.Signal
	CoreDumped     bool
	Started, Ended time.Time
	UserTime       time.Duration
	SystemTime     time.Duration
	MaxRSSBytes    int64
	OutOfMemory    bool
	Survivors      []int
}
