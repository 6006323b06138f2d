//go:build unix

package ptyio

import (
	"os"

	"golang.org/x/sys/unix"
)

// aboveStd returns f on a descriptor above stderr. An owner that closed its own
// stdout gets 1 for the next thing it opens, and Go ends a program whose write
// to 1 or 2 finds a broken pipe: a child's end would be the owner's.
func aboveStd(f *os.File) (*os.File, error) {
	above := -1
	err := control(f, func(fd int) (err error) {
		if fd <= 2 {
			above, err = unix.FcntlInt(uintptr(fd), unix.F_DUPFD_CLOEXEC, 3)
		}
		return err
	})
	if err != nil || above < 0 {
		return f, err
	}
	defer f.Close()
	return os.NewFile(uintptr(above), f.Name()), nil // non-blocking, as f is
}

// control calls op with f's descriptor. File.Fd is not used: it may put the
// file into blocking mode, which ends deadlines.
func control(f *os.File, op func(fd int) error) error {
	raw, err := f.SyscallConn()
	if err != nil {
		return err
	}
	var opErr error
	if err := raw.Control(func(fd uintptr) { opErr = op(int(fd)) }); err != nil {
		return closedError(f, err)
	}
	return opErr
}
