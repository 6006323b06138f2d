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
	// the owner. Zero: a pipe.
	Stdin, Stdout, Stderr Stdio
}

// Stdio says what one of a child's standard streams is, if not a pipe to its
// owner. The zero value is the pipe.
type Stdio struct {
	// File becomes the child's stream, in blocking mode: os.Stdout to inherit
	// the owner's, an opened file, one end of a pipe to another child. The
	// caller keeps it and closes it.
	File *os.File
	// Null connects the stream with nothing: reading ends at once, what is
	// written is lost.
	Null bool
}

var _ Transport = Pipes{}

// Start runs cmd on three pipes.
func (Pipes) Start(cmd Command) (Conn, error) {
	var theirs [3]*os.File
	defer func() { closeAll(theirs[:]...) }() // theirs is filled in below
	conn := &pipesConn{}
	err := openPipes(&theirs, conn)
	if err == nil {
		conn.child, err = start(cmd, theirs, false, nil)
	} else {
		err = &StartError{Path: cmd.Path, Err: bare(err)}
	}
	if err != nil {
		closeAll(conn.stdin, conn.stdout.file, conn.stderr.file)
		return nil, err
	}
	conn.stdout.name, conn.stderr.name = cmd.Name(), cmd.Name()
	return conn, nil
}

// openPipes opens what it can and leaves the rest nil.
func openPipes(theirs *[3]*os.File, conn *pipesConn) error {
	var err error
	if theirs[0], conn.stdin, err = os.Pipe(); err != nil {
		return err
	}
	if conn.stdout.file, theirs[1], err = os.Pipe(); err != nil {
		return err
	}
	if conn.stderr.file, theirs[2], err = os.Pipe(); err != nil {
		return err
	}
	conn.stdin, err = aboveStd(conn.stdin)
	return err
}

// pipesConn is a child on pipes.
type pipesConn struct {
	*child
	stdin          *os.File
	stdout, stderr pipeOutput
}

func (c *pipesConn) Stdout() Output { return &c.stdout }
func (c *pipesConn) Stderr() Output { return &c.stderr }

func (c *pipesConn) Write(p []byte) (int, error) {
	n, err := c.stdin.Write(p)
	return n, opError("write to", c.name, err)
}

func (c *pipesConn) SetWriteDeadline(t time.Time) error {
	return opError("set write deadline of", c.name, c.stdin.SetWriteDeadline(t))
}

func (c *pipesConn) CloseStdin() error {
	if err := c.stdin.Close(); !errors.Is(err, os.ErrClosed) {
		return opError("close stdin of", c.name, err)
	}
	return nil
}

func (c *pipesConn) Resize(Size) error { return opError("resize", c.name, ErrNotTerminal) }

func (c *pipesConn) Close() error {
	err := c.letGo()
	closeAll(c.stdin, c.stdout.file, c.stderr.file)
	return err
}

// pipeOutput is our end of stdout or stderr.
type pipeOutput struct {
	file *os.File
	name string
}

func (o *pipeOutput) Read(p []byte) (int, error) {
	n, err := o.file.Read(p)
	return n, opError("read from", o.name, err)
}

func (o *pipeOutput) SetReadDeadline(t time.Time) error {
	return opError("set read deadline of", o.name, o.file.SetReadDeadline(t))
}

func (o *pipeOutput) Receive(limit int, f func(data []byte)) error {
	buf := make([]byte, limit)
	n, err := o.Read(buf)
	if n > 0 {
		f(buf[:n])
	}
	return err
}

func (c *pipesConn) Holders() []int { return nil }

// closeAll closes files that may be nil or closed. Closing a pipe or terminal
// loses nothing that an error could tell of.
func closeAll(files ...*os.File) {
	for _, f := range files {
		_ = f.Close() // a nil *os.File answers with an error
	}
}
