package ptyio

import (
	"os"

	"github.com/creack/pty"
	"golang.org/x/sys/unix"
)

const (
	getTermios   = unix.TIOCGETA
	setTermios   = unix.TIOCSETA
	disabledChar = 0xff // _POSIX_VDISABLE
	// canonicalBytes is how long a line may be, without its end: MAX_CANON less
	// one for the end.
	canonicalBytes = 1023
)

// openPTY opens a pseudo-terminal. The master stays blocking, because kqueue
// does not serve terminals well: there are no deadlines, and Close ends a read
// by ending the session.
func openPTY() (master, slave *os.File, err error) { return pty.Open() }
