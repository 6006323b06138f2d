//go:build unix

package worker

import (
	"io"
	"os"
	"syscall"

	"brood/actors/protocol"
	"brood/ptyio/nonblock"
)

// pipe is an end of the wire.
type pipe struct {
	*nonblock.File
	file *os.File
}

func (p pipe) Close() error { return p.file.Close() }

// openLink opens the ends of the wire that the worker was given, and keeps them from
// the programs that it starts.
func openLink(l protocol.Link) (in, out io.ReadWriteCloser, err error) {
	if in, err = openPipe(l.In, "wire-in"); err != nil {
		return nil, nil, err
	}
	if out, err = openPipe(l.Out, "wire-out"); err != nil {
		in.Close()
		return nil, nil, err
	}
	return in, out, nil
}

func openPipe(fd int, name string) (io.ReadWriteCloser, error) {
	syscall.CloseOnExec(fd)
	if err := syscall.SetNonblock(fd, true); err != nil {
		return nil, os.NewSyscallError("fcntl "+name, err)
	}
	file := os.NewFile(uintptr(fd), name)
	return pipe{nonblock.Of(file), file}, nil
}

// socket is a bell.
type socket struct{ *os.File }

// openBell opens the bell that the worker was given, if it was.
func openBell(fd int) bell {
	if fd == 0 {
		return nil
	}
	syscall.CloseOnExec(fd)
	if _, err := syscall.GetsockoptInt(fd, syscall.SOL_SOCKET, syscall.SO_TYPE); err != nil {
		return nil // no socket: hush could not end its Read
	}
	return socket{os.NewFile(uintptr(fd), "bell")}
}

func (s socket) hush() {
	conn, err := s.SyscallConn()
	if err != nil {
		return // it is closed
	}
	_ = conn.Control(func(fd uintptr) { _ = syscall.Shutdown(int(fd), syscall.SHUT_RDWR) }) // an error says that it is no socket: then it is of no use
}
