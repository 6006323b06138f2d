package tree

import (
	"errors"
	"fmt"
	"os"
	"syscall"
	"time"
)

// Spec says what Start runs. Nothing in it is looked up or filled in, except
// that the tree's mark is added to Env.
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
	// Require and Limit bound the level; zero Limit is no bound.
	Require, Limit Level
	// Zygote, if not nil, forks the child: then Path, Argv and all Settings but the
	// cgroup's are not looked at.
	Zygote *Zygote
	// Detached leaves the tree alone when the child ends and when the owner does.
	Detached bool
	Settings
}

// Settings are what the child is given beside its descriptors. The zero value
// changes nothing.
type Settings struct {
	User            *User
	Umask           *uint32
	Nice            int
	Rlimits         []Rlimit
	NoNewPrivileges bool
	Cgroup          CgroupLimits
}

// User is whom the child runs as. Its fields are those of ptyio.User.
type User struct {
	UID, GID uint32
	Groups   []uint32
}

// Rlimit is one call of setrlimit(2).
type Rlimit struct {
	Resource   int
	Soft, Hard uint64
}

// CgroupLimits bound the whole tree. Its fields are those of ptyio.CgroupLimits.
type CgroupLimits struct {
	MemoryBytes int64
	Processes   int
	CPUPercent  int
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

// ErrZygoteEnded: the process that a child is a fork of has ended, and with it the
// child. How the child ended is not known.
var ErrZygoteEnded = errors.New("its zygote has ended")

// LevelError says that the machine does not allow the level that is required.
type LevelError struct {
	Required, Available Level
	Err                 error // what is in the way
}

func (e *LevelError) Error() string {
	return fmt.Sprintf("level %s required, %s available: %v", e.Required, e.Available, e.Err)
}

func (e *LevelError) Unwrap() error { return e.Err }

// SetupError says that what contains a child could not be made. It has nothing to
// do with the program.
type SetupError struct{ Err error }

func (e *SetupError) Error() string { return "contain: " + e.Err.Error() }

func (e *SetupError) Unwrap() error { return e.Err }

// DirError says that the child, as the user that it became, could not enter its
// directory. Where a fork enters it, without Settings, its error does not tell that
// from other causes, and there is none of this.
type DirError struct{ Err error }

func (e *DirError) Error() string { return "directory: " + e.Err.Error() }

func (e *DirError) Unwrap() error { return e.Err }

// SettingError says which of the Settings could not be made.
type SettingError struct {
	Setting string // "umask", "user", "limit 7"
	Err     error
}

func (e *SettingError) Error() string { return fmt.Sprintf("set %s: %v", e.Setting, e.Err) }

func (e *SettingError) Unwrap() error { return e.Err }
