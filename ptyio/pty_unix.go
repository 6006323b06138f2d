//go:build unix

package ptyio

import (
	"errors"
	"os"
	"sync"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// Start runs cmd on a new terminal.
func (p PTY) Start(cmd Command) (Conn, error) {
	if err := cmd.checkNames(); err != nil {
		return nil, err
	}
	conn := &ptyConn{}
	var std [3]*os.File
	// The slave kept open here would keep reads from ever ending.
	defer func() { closeAll(std[0], std[2]) }()
	err := p.open(&std, conn, cmd)
	if err != nil {
		err = &StartError{Path: cmd.Path, Err: bare(err)}
	} else {
		cmd.Env = p.env(cmd.Env)
		conn.child, err = start(cmd, std, origin{terminal: true, atEnd: conn.endWrites})
	}
	if err != nil {
		closeAll(conn.master)
		conn.stderr.close()
		return nil, err
	}
	return conn, nil
}

// open opens the terminal, and the pipe of stderr if there is one, as far as it
// comes.
func (p PTY) open(std *[3]*os.File, conn *ptyConn, cmd Command) (err error) {
	if conn.master, std[0], err = openPTY(); err != nil {
		return err
	}
	std[1], std[2] = std[0], std[0]
	conn.stdout = newOutput(conn.master, cmd)
	if err := setSize(conn.master, p.size()); err != nil {
		return err
	}
	if p.Raw {
		if err := control(std[0], makeRaw); err != nil {
			return err
		}
	}
	if p.StderrPipe {
		var ours *os.File
		if std[2], ours, err = newPipe(false); err != nil {
			return err
		}
		conn.stderr = newOutput(ours, cmd)
	}
	conn.terminal, err = identify(std[0])
	return err
}

// makeRaw sets the terminal fd to pass bytes as they are, termios(3), cfmakeraw.
func makeRaw(fd int) error {
	modes, err := unix.IoctlGetTermios(fd, getTermios)
	if err != nil {
		return err
	}
	modes.Iflag &^= unix.IGNBRK | unix.BRKINT | unix.PARMRK | unix.ISTRIP |
		unix.INLCR | unix.IGNCR | unix.ICRNL | unix.IXON
	modes.Oflag &^= unix.OPOST
	modes.Lflag &^= unix.ECHO | unix.ECHONL | unix.ICANON | unix.ISIG | unix.IEXTEN
	modes.Cflag &^= unix.CSIZE | unix.PARENB
	modes.Cflag |= unix.CS8
	modes.Cc[unix.VMIN], modes.Cc[unix.VTIME] = 1, 0
	return unix.IoctlSetTermios(fd, setTermios, modes)
}

// ptyConn is a child on a terminal.
type ptyConn struct {
	*child
	master         *os.File
	stdout, stderr *output // stderr is nil if it is the terminal
	terminal       fileID  // the slave

	writing sync.Mutex // orders writes and line
	line    line
	// deadline orders write deadlines: none is set after the child's end.
	deadline sync.Mutex
}

func (c *ptyConn) Stdout() Output { return c.stdout }
func (c *ptyConn) Stderr() Output { return c.stderr.orNil() }

func (c *ptyConn) Write(p []byte) (int, error) {
	c.writing.Lock()
	defer c.writing.Unlock()
	n, err := c.write(p)
	return n, opError("write to", c.name, err)
}

// write gives the answer of a pipe, EPIPE, when the child has ended. A terminal
// that was hung up would take bytes as before, and hold a write for ever.
func (c *ptyConn) write(p []byte) (int, error) {
	modes, err := c.modes()
	if c.ended() && !errors.Is(err, os.ErrClosed) {
		return 0, syscall.EPIPE
	}
	if err != nil {
		return 0, err
	}
	line, longest := c.line.after(p, modes)
	if longest > canonicalBytes {
		return 0, &LineTooLongError{LimitBytes: canonicalBytes, SizeBytes: longest}
	}
	n, err := c.master.Write(p)
	if n < len(p) {
		line, _ = c.line.after(p[:n], modes)
	}
	c.line = line
	if errors.Is(err, syscall.EIO) || (errors.Is(err, os.ErrDeadlineExceeded) && c.ended()) {
		err = syscall.EPIPE
	}
	return n, err
}

func (c *ptyConn) modes() (modes *unix.Termios, err error) {
	err = control(c.master, func(fd int) (err error) {
		modes, err = unix.IoctlGetTermios(fd, getTermios)
		return err
	})
	return modes, err
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
	c.writing.Lock()
	defer c.writing.Unlock()
	modes, err := c.modes()
	if err != nil {
		return opError("close stdin of", c.name, err)
	}
	eof := modes.Cc[unix.VEOF]
	if eof == disabledChar {
		return opError("close stdin of", c.name, errNoEOF)
	}
	typed := []byte{eof}
	if modes.Lflag&unix.ICANON != 0 && c.line.unfinished {
		typed = append(typed, eof)
	}
	_, err = c.write(typed)
	return opError("write to", c.name, err)
}

var errNoEOF = errors.New("its terminal has no end-of-file character")

func (c *ptyConn) Resize(size Size) error {
	if c.ended() {
		return opError("resize", c.name, os.ErrProcessDone)
	}
	return opError("resize", c.name, setSize(c.master, size))
}

func (c *ptyConn) Holders() []int {
	if _, err := c.modes(); err != nil {
		return nil // closed: its number may be another terminal's by now
	}
	return holders(c.terminal, c.stderr)
}

// Close kills first: where the master's reads cannot be interrupted, the end of
// the session ends them.
func (c *ptyConn) Close() error {
	err := c.letGo()
	closeAll(c.master)
	c.stderr.close()
	return err
}

func setSize(master *os.File, size Size) error {
	return control(master, func(fd int) error {
		return unix.IoctlSetWinsize(fd, unix.TIOCSWINSZ, &unix.Winsize{Row: size.Rows, Col: size.Cols})
	})
}
