//go:build unix

package ptyio

import (
	"errors"
	"io"
	"os"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// Start runs cmd on a new terminal.
func (p PTY) Start(cmd Command) (Conn, error) {
	master, slave, err := openPTY()
	if err != nil {
		return nil, &StartError{Path: cmd.Path, Err: err}
	}
	defer slave.Close() // kept open here, it would keep reads from ever ending
	if err := setSize(master, p.size()); err != nil {
		master.Close()
		return nil, &StartError{Path: cmd.Path, Err: err}
	}
	cmd.Env = p.env(cmd.Env)
	conn := &ptyConn{master: master}
	conn.child, err = start(cmd, [3]*os.File{slave, slave, slave}, true, conn.endWrites)
	if err != nil {
		master.Close()
		return nil, err
	}
	return conn, nil
}

// ptyConn is a child on a terminal.
type ptyConn struct {
	*child
	master *os.File
	// unfinished says that the last byte written was of a line without end.
	unfinished atomic.Bool
	// deadline orders write deadlines: none is set after the child's end.
	deadline sync.Mutex
}

func (c *ptyConn) Stdout() Output { return (*ptyOutput)(c) }
func (c *ptyConn) Stderr() Output { return nil }

// Write gives the answer of a pipe, EPIPE, when the child has ended. A terminal
// that was hung up would take bytes as before, and hold a write for ever.
func (c *ptyConn) Write(p []byte) (int, error) {
	if c.ended() {
		return 0, opError("write to", c.name, syscall.EPIPE)
	}
	n, err := c.master.Write(p)
	if n > 0 {
		last := p[n-1]
		c.unfinished.Store(last >= ' ' || last == '\t')
	}
	if errors.Is(err, syscall.EIO) || (errors.Is(err, os.ErrDeadlineExceeded) && c.ended()) {
		err = syscall.EPIPE
	}
	return n, opError("write to", c.name, err)
}

func (c *ptyConn) SetWriteDeadline(t time.Time) error {
	c.deadline.Lock()
	defer c.deadline.Unlock()
	if c.ended() {
		return nil // writes end at once anyway
	}
	return opError("set write deadline of", c.name, c.master.SetWriteDeadline(t))
}

// endWrites ends writes that are blocked; the child has been reaped.
func (c *ptyConn) endWrites() {
	c.deadline.Lock()
	defer c.deadline.Unlock()
	_ = c.master.SetWriteDeadline(time.Unix(1, 0)) // long past; an error says it is closed
}

func (c *ptyConn) CloseStdin() error {
	var modes *unix.Termios
	err := control(c.master, func(fd int) (err error) {
		modes, err = unix.IoctlGetTermios(fd, getTermios)
		return err
	})
	if err != nil {
		return opError("close stdin of", c.name, err)
	}
	eof := modes.Cc[unix.VEOF]
	if eof == disabledChar {
		return opError("close stdin of", c.name, errNoEOF)
	}
	typed := []byte{eof}
	if modes.Lflag&unix.ICANON != 0 && c.unfinished.Load() {
		typed = append(typed, eof)
	}
	_, err = c.Write(typed)
	return err
}

var errNoEOF = errors.New("its terminal has no end-of-file character")

func (c *ptyConn) Resize(size Size) error {
	if c.ended() {
		return opError("resize", c.name, os.ErrProcessDone)
	}
	return opError("resize", c.name, setSize(c.master, size))
}

// Close kills first: where the master's reads cannot be interrupted, the end of
// the session ends them.
func (c *ptyConn) Close() error {
	err := c.letGo()
	closeAll(c.master)
	return err
}

type ptyOutput ptyConn

// Read takes EIO for the end: that is how Linux says that no process holds the
// terminal any more. What was printed before is read before.
func (o *ptyOutput) Read(p []byte) (int, error) {
	n, err := o.master.Read(p)
	if errors.Is(err, syscall.EIO) {
		err = io.EOF
	}
	return n, opError("read from", o.name, err)
}

func (o *ptyOutput) SetReadDeadline(t time.Time) error {
	return opError("set read deadline of", o.name, o.master.SetReadDeadline(t))
}

func (o *ptyOutput) Receive(limit int, f func(data []byte)) error {
	buf := make([]byte, limit)
	n, err := o.Read(buf)
	if n > 0 {
		f(buf[:n])
	}
	return err
}

func (c *ptyConn) Holders() []int { return nil }

func setSize(master *os.File, size Size) error {
	return control(master, func(fd int) error {
		return unix.IoctlSetWinsize(fd, unix.TIOCSWINSZ, &unix.Winsize{Row: size.Rows, Col: size.Cols})
	})
}
