//go:build unix

package rival

import (
	"os"
	"syscall"
)

// newBell returns what a child listens to while it is busy.
func newBell() (theirs, ours *os.File, err error) {
	syscall.ForkLock.RLock()
	defer syscall.ForkLock.RUnlock()
	ends, err := syscall.Socketpair(syscall.AF_UNIX, syscall.SOCK_STREAM, 0)
	if err != nil {
		return nil, nil, os.NewSyscallError("socketpair", err)
	}
	for _, end := range ends {
		syscall.CloseOnExec(end)
	}
	return os.NewFile(uintptr(ends[0]), "bell"), os.NewFile(uintptr(ends[1]), "bell"), nil
}
