package ptyio

import (
	"os"

	"golang.org/x/sys/unix"
)

// newPipe returns a pipe. Our end waits in the runtime's poller; theirs, which the
// child reads or else writes, blocks, as programs expect, and is not known to the
// poller, since it is closed as soon as the child has it: os.Pipe would enter it
// and take it out again, which is a third of what a pipe costs.
func newPipe(theyRead bool) (theirs, ours *os.File, err error) {
	var ends [2]int
	if err := unix.Pipe2(ends[:], unix.O_CLOEXEC); err != nil {
		return nil, nil, os.NewSyscallError("pipe2", err)
	}
	their, our := ends[1], ends[0]
	if theyRead {
		their, our = our, their
	}
	if err := unix.SetNonblock(our, true); err != nil {
		unix.Close(their)
		unix.Close(our)
		return nil, nil, os.NewSyscallError("fcntl", err)
	}
	return os.NewFile(uintptr(their), "|"), os.NewFile(uintptr(our), "|"), nil
}
