//go:build unix

package process

import (
	"errors"
	"os"
	"syscall"
)

// tryWriter returns a function that writes to f what fits and never waits. f
// must be non-blocking, as the pipes of package os are.
func tryWriter(f *os.File) func(p []byte) (int, error) {
	conn, err := f.SyscallConn()
	if err != nil { // f is closed: so says every write
		return func([]byte) (int, error) { return 0, err }
	}
	// One closure for all calls, so that a write allocates nothing.
	var t struct {
		p   []byte
		n   int
		err error
	}
	attempt := func(fd uintptr) bool {
		t.n, t.err = syscall.Write(int(fd), t.p)
		return true // done, also if it would have to wait
	}
	return func(p []byte) (int, error) {
		t.p = p
		err := conn.Write(attempt)
		t.p = nil
		switch {
		case err != nil:
			return 0, err
		case errors.Is(t.err, syscall.EAGAIN), errors.Is(t.err, syscall.EINTR):
			return 0, nil
		case t.err != nil:
			return 0, t.err
		}
		return t.n, nil
	}
}
