//go:build unix

package ptyiotest

import (
	"fmt"
	"os"
	"syscall"

	"golang.org/x/sys/unix"
)

// duplicate returns files of the child's own: the owner closes those it named
// when the start is over.
func duplicate(files []*os.File) ([]*os.File, error) {
	own := make([]*os.File, 0, len(files))
	for i, f := range files {
		d, err := duplicateOne(f)
		if err != nil {
			for _, f := range own {
				f.Close()
			}
			return nil, fmt.Errorf("descriptor %d of the child: %w", i+3, err)
		}
		own = append(own, d)
	}
	return own, nil
}

// duplicateOne does not use File.Fd, which may put f into blocking mode.
func duplicateOne(f *os.File) (*os.File, error) {
	raw, err := f.SyscallConn()
	if err != nil {
		return nil, err
	}
	var own int
	var dupErr error
	if err := raw.Control(func(fd uintptr) { own, dupErr = unix.FcntlInt(fd, syscall.F_DUPFD_CLOEXEC, 3) }); err != nil {
		return nil, os.ErrClosed
	}
	if dupErr != nil {
		return nil, os.NewSyscallError("fcntl", dupErr)
	}
	return os.NewFile(uintptr(own), f.Name()), nil
}
