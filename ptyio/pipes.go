package ptyio

import (
	"errors"
	"os"
	"time"
)

// Pipes is the transport over three pipes: stdin, stdout and stderr. It is for
// programs that are not to know of a terminal. The zero value is ready.
type Pipes struct {
	// Stdin, Stdout and Stderr connect a stream to something else than a pipe to
	// the owner. Zero: a pipe. The Conn then has no such stream: Stdout or
	// Stderr is nil, and Write, SetWriteDeadline and CloseStdin return
	// ErrRedirected.
	Stdin, Stdout, Stderr Stdio
}

var _ Transport = Pipes{}

// Start runs cmd on pipes, or on what they are redirected to.
func (p Pipes) Start(cmd Command) (Conn, error) { return p.start(cmd, origin{}) }

func (p Pipes) start(cmd Command, from origin) (Conn, error) {
	if err := cmd.checkNames(); err != nil {
		return nil, err
	}
	var s streams
	defer func() { closeAll(s.toClose[:]...) }() // filled in below
	err := s.open(p.Stdin, p.Stdout, p.Stderr)
	if err != nil {
		closeAll(s.ours[:]...)
		return nil, &StartError{Path: cmd.Path, Err: bare(err)}
	}
	conn := &pipesConn{stdin: s.ours[0], stdout: newOutput(s.ours[1], cmd), stderr: newOutput(s.ours[2], cmd)}
	conn.child, err = start(cmd, s.theirs, from)
	if err != nil {
		closeAll(s.ours[:]...)
		return nil, err
	}
	return conn, nil
}

// streams are the files of a child that is being started, by descriptor. What
// has not been opened is nil.
type streams struct{ theirs, toClose, ours [3]*os.File }

func (s *streams) open(stdio ...Stdio) (err error) {
	for fd, to := range stdio {
		if s.theirs[fd], s.toClose[fd], s.ours[fd], err = to.open(fd); err != nil {
			return err
		}
	}
	return nil
}

// pipesConn is a child on pipes. A stream that is redirected is nil.
type pipesConn struct {
	*child
	stdin          *os.File
	stdout, stderr *output
}

func (c *pipesConn) Stdout() Output { return c.stdout.orNil() }
func (c *pipesConn) Stderr() Output { return c.stderr.orNil() }

func (c *pipesConn) Write(p []byte) (int, error) {
	if c.stdin == nil {
		return 0, opError("write to", c.name, ErrRedirected)
	}
	n, err := c.stdin.Write(p)
	return n, opError("write to", c.name, err)
}

func (c *pipesConn) SetWriteDeadline(t time.Time) error {
	err := ErrRedirected
	if c.stdin != nil {
		err = c.stdin.SetWriteDeadline(t)
	}
	return opError("set write deadline of", c.name, err)
}

func (c *pipesConn) CloseStdin() error {
	err := ErrRedirected
	if c.stdin != nil {
		err = c.stdin.Close()
	}
	if errors.Is(err, os.ErrClosed) {
		return nil
	}
	return opError("close stdin of", c.name, err)
}

func (c *pipesConn) Resize(Size) error { return opError("resize", c.name, ErrNotTerminal) }

func (c *pipesConn) Holders() []int { return holders(fileID{}, c.stdout, c.stderr) }

func (c *pipesConn) Close() error {
	err := c.letGo()
	closeAll(c.stdin)
	c.stdout.close()
	c.stderr.close()
	return err
}

// closeAll closes files that may be nil or closed. Closing a pipe or terminal
// loses nothing that an error could tell of.
func closeAll(files ...*os.File) {
	for _, f := range files {
		_ = f.Close() // a nil *os.File answers with an error
	}
}
