package process

import (
	"os"

	"golang.org/x/sys/unix"

	"brood/actors/protocol"
)

// newMarkFile makes the file in which a child marks what it begins: memory with a
// descriptor.
func newMarkFile() (*os.File, error) {
	fd, err := unix.MemfdCreate("brood-mark", unix.MFD_CLOEXEC)
	if err != nil {
		return nil, os.NewSyscallError("memfd_create", err)
	}
	f := os.NewFile(uintptr(fd), "brood-mark")
	if err := f.Truncate(protocol.MarkBytes); err != nil {
		f.Close()
		return nil, err
	}
	return f, nil
}
