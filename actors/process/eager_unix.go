//go:build unix

package process

import (
	"errors"
	"io"
	"os"
	"runtime"
	"syscall"
)

// tryReader returns a function that reads from f what is there, into what into
// returns, and never waits: 0 bytes and no error mean that nothing is. f must be
// non-blocking, as the pipes of package os are. It is nil where looking is not worth
// it: with one processor, the child can not answer meanwhile.
func tryReader(f *os.File, into func() []byte) func() (int, error) {
	if runtime.GOMAXPROCS(0) < 2 || runtime.NumCPU() < 2 {
		return nil
	}
	conn, err := f.SyscallConn()
	if err != nil {
		return nil
	}
	// One closure for all calls, so that a read allocates nothing.
	var n int
	var failed error
	attempt := func(fd uintptr) bool {
		n, failed = syscall.Read(int(fd), into())
		return true // done, also if it would have to wait
	}
	return func() (int, error) {
		err := conn.Read(attempt)
		switch {
		case err != nil:
			return 0, err
		case errors.Is(failed, syscall.EAGAIN), errors.Is(failed, syscall.EINTR):
			return 0, nil
		case failed != nil:
			return 0, failed
		case n == 0:
			return 0, io.EOF
		}
		return n, nil
	}
}
