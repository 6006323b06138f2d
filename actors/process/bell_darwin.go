package process

import (
	"syscall"

	"golang.org/x/sys/unix"
)

// noSignal is nothing here: Go lets no program die of SIGPIPE for a socket.
const noSignal = 0

func socketpair() (ends [2]int, err error) {
	syscall.ForkLock.RLock() // or a child that is forked now would inherit them
	defer syscall.ForkLock.RUnlock()
	ends, err = unix.Socketpair(unix.AF_UNIX, unix.SOCK_STREAM, 0)
	if err == nil {
		unix.CloseOnExec(ends[0])
		unix.CloseOnExec(ends[1])
	}
	return ends, err
}
