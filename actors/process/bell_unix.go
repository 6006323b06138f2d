//go:build unix

package process

import (
	"errors"
	"os"

	"golang.org/x/sys/unix"
)

// newBell makes the socket on which a child is told that there is something to read
// although it is busy. It is a socket, so that the child can end its wait; ours is not
// known to the poller, for which one seldom written is not worth it.
func newBell() (theirs, ours *os.File, err error) {
	ends, err := socketpair()
	if err != nil {
		return nil, nil, os.NewSyscallError("socketpair", err)
	}
	return os.NewFile(uintptr(ends[0]), "bell"), os.NewFile(uintptr(ends[1]), "bell"), nil
}

// ring writes n bytes, or as many as there is room for.
func ring(bell *os.File, n int) (rung int, err error) {
	conn, err := bell.SyscallConn()
	if err != nil {
		return 0, err
	}
	var failed error
	err = conn.Write(func(fd uintptr) bool {
		rung, failed = unix.SendmsgN(int(fd), strokes[:min(n, len(strokes))], nil, nil, unix.MSG_DONTWAIT|noSignal)
		return true
	})
	switch {
	case err != nil:
		return 0, err
	case failed == nil:
		return rung, nil
	case errors.Is(failed, unix.EPIPE), errors.Is(failed, unix.ECONNRESET), errors.Is(failed, unix.ENOTCONN):
		return 0, failed
	}
	return 0, nil // there is no room, or no memory
}

// strokes are what is written. Nobody looks at it.
var strokes [1024]byte
