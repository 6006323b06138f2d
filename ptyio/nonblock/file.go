//go:build unix

package nonblock

import (
	"errors"
	"io"
	"os"
	"syscall"
)

// Supported says whether TryRead and TryWrite can do anything.
const Supported = true

// File is a pipe or socket. One goroutine may read while another writes, not more.
// It allocates nothing for either.
type File struct {
	conn    syscall.RawConn
	in, out attempt
}

// Of returns the File of f, which must be non-blocking and known to the poller, as
// the pipes of package os are. When f is closed all calls fail, also those that wait.
func Of(f *os.File) *File {
	conn, _ := f.SyscallConn() // an error says that f is nil
	file := &File{conn: conn, in: attempt{call: read}, out: attempt{call: write}}
	file.in.try, file.out.try = file.in.once, file.out.once
	return file
}

// TryRead reads what is there and never waits: 0 bytes and no error mean that
// nothing is.
func (f *File) TryRead(p []byte) (int, error) { return ended(f.in.do(f.conn.Read, p, false)) }

// Read waits until there is something to read.
func (f *File) Read(p []byte) (int, error) { return ended(f.in.do(f.conn.Read, p, true)) }

// TryWrite writes what fits and never waits.
func (f *File) TryWrite(p []byte) (int, error) { return unlessFull(f.out.do(f.conn.Write, p, false)) }

// Write writes all of p.
func (f *File) Write(p []byte) (n int, err error) {
	for n < len(p) && err == nil {
		var m int
		m, err = f.out.do(f.conn.Write, p[n:], true)
		n += m
	}
	return n, err
}

func ended(n int, err error) (int, error) {
	if err == nil && n == 0 {
		return 0, io.EOF
	}
	return unlessFull(n, err)
}

func unlessFull(n int, err error) (int, error) {
	if errors.Is(err, syscall.EAGAIN) {
		return 0, nil
	}
	return n, err
}

// attempt is what is tried on a descriptor, in the place that the connection's
// functions leave for it.
type attempt struct {
	call func(fd uintptr, p []byte) (int, syscall.Errno)
	try  func(fd uintptr) bool // once: a value of its own would be made for each call
	p    []byte
	wait bool
	n    int
	err  syscall.Errno
}

func (a *attempt) do(try func(func(uintptr) bool) error, p []byte, wait bool) (int, error) {
	if len(p) == 0 {
		return 0, syscall.EAGAIN
	}
	a.p, a.wait = p, wait
	err := try(a.try)
	a.p = nil
	switch {
	case err != nil:
		return 0, err
	case a.err != 0:
		return 0, a.err
	}
	return a.n, nil
}

// once reports whether there is nothing to wait for.
func (a *attempt) once(fd uintptr) bool {
	for {
		a.n, a.err = a.call(fd, a.p)
		switch {
		case a.err == syscall.EINTR:
		case a.err == syscall.EAGAIN:
			return !a.wait
		default:
			return true
		}
	}
}
