//go:build unix

package ptyio

import (
	"errors"
	"io"
	"os"
	"sync"
	"syscall"
)

// receiver reads without holding a buffer while it waits. What it needs it
// makes once, so that receiving costs no allocation.
type receiver struct {
	turn sync.Mutex // one receives at a time
	raw  syscall.RawConn
	try  func(fd uintptr) bool

	// Of the receive that is under way.
	limit int
	buf   *[receiveBytes]byte
	n     int
	err   error

	flood flood
}

// receive waits until file can be read, and reads once. The buffer goes back to
// buffers; it is nil if nothing was read.
func (r *receiver) receive(file *os.File, limit int) (buf *[receiveBytes]byte, n int, err error) {
	r.turn.Lock()
	defer r.turn.Unlock()
	if r.raw == nil {
		if r.raw, err = file.SyscallConn(); err != nil {
			return nil, 0, err
		}
		r.try = r.read
	}
	r.limit, r.n, r.err = limit, 0, nil
	if err := r.raw.Read(r.try); err != nil {
		return nil, 0, closedError(file, err)
	}
	buf, r.buf = r.buf, nil
	return buf, r.n, r.err
}

// read is called when fd may have something to read, and reports whether it
// had. A descriptor that blocks (a terminal on macOS) holds its buffer until then.
func (r *receiver) read(fd uintptr) bool {
	buf := buffers.Get().(*[receiveBytes]byte)
	n, err := syscall.Read(int(fd), buf[:r.limit])
	for err == syscall.EINTR {
		n, err = syscall.Read(int(fd), buf[:r.limit])
	}
	if err != nil || n == 0 {
		buffers.Put(buf)
		r.err = err
		if err == nil {
			r.err = io.EOF
		}
		return err != syscall.EAGAIN
	}
	r.buf, r.n, r.err = buf, n, nil
	r.flood.observe(fd, n, r.limit)
	return true
}

// closedError returns what package os says of a closed file: its raw
// connections have an error of their own, which nobody can ask for.
func closedError(file *os.File, err error) error {
	if err == nil || errors.Is(err, os.ErrDeadlineExceeded) {
		return err
	}
	if _, closed := file.Read(nil); closed != nil {
		return closed
	}
	return err
}
