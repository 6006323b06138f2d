package ptyiotest

import (
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"sync"
	"syscall"
	"time"

	"brood/ptyio"
)

// noPID is more than any system's process ids, so that none is hit by a signal
// that is sent past the Conn.
const noPID = 1 << 30

// conn is the owner's side of a child.
type conn struct {
	*life
	name     string
	pid      int
	level    ptyio.Level
	terminal bool
	detached bool
	ask      sync.Once
}

func newConn(s Scripted, l *life, cmd ptyio.Command) *conn {
	return &conn{
		life: l, name: cmd.Name(), pid: noPID + rand.IntN(noPID), level: s.level(),
		terminal: s.Terminal, detached: cmd.Detached,
	}
}

func (c *conn) PID() int           { return c.pid }
func (c *conn) Level() ptyio.Level { return c.level }
func (c *conn) Holders() []int     { return nil }

func (c *conn) Stdout() ptyio.Output { return output{c.stdout, c.name} }

func (c *conn) Stderr() ptyio.Output {
	if c.terminal {
		return nil
	}
	return output{c.stderr, c.name}
}

func (c *conn) Write(p []byte) (int, error) {
	n, err := c.stdin.write(p)
	return n, opError("write to", c.name, err)
}

func (c *conn) SetWriteDeadline(t time.Time) error {
	return opError("set write deadline of", c.name, c.stdin.setDeadline(&c.stdin.writer, t))
}

func (c *conn) CloseStdin() error {
	if !c.terminal {
		_ = c.stdin.closeEnd(&c.stdin.writer) // an error says that it is closed
		return nil
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	switch {
	case c.stdin.writer.closed:
		return opError("close stdin of", c.name, os.ErrClosed)
	case c.ended:
		return opError("close stdin of", c.name, syscall.EPIPE)
	}
	c.stdin.typeEnd()
	return nil
}

func (c *conn) Signal(sig syscall.Signal) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	switch {
	case c.ended:
		return opError("signal", c.name, os.ErrProcessDone)
	case sig < 0 || sig > lastSignal:
		return opError("signal", c.name, syscall.EINVAL)
	case sig > 0:
		c.deliver(sig)
	}
	return nil
}

func (c *conn) Kill() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.deliver(syscall.SIGKILL)
	return nil
}

func (c *conn) Resize(size ptyio.Size) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	switch {
	case !c.terminal:
		return opError("resize", c.name, ptyio.ErrNotTerminal)
	case c.ended:
		return opError("resize", c.name, os.ErrProcessDone)
	}
	c.resize(size)
	return nil
}

func (c *conn) Wait() (ptyio.Exit, error) {
	<-c.reaped
	return c.exit, nil
}

func (c *conn) OnExit(f func(ptyio.Exit, error)) {
	c.mu.Lock()
	over := c.isReaped()
	if !over {
		c.onExit = append(c.onExit, f)
	}
	c.mu.Unlock()
	if over {
		f(c.exit, nil)
	}
}

func (c *conn) isReaped() bool {
	select {
	case <-c.reaped:
		return true
	default:
		return false
	}
}

func (c *conn) Stop(grace time.Duration) (ptyio.Exit, error) {
	if grace > 0 {
		c.ask.Do(c.terminate)
		timer := time.NewTimer(grace)
		defer timer.Stop()
		select {
		case <-c.reaped:
		case <-timer.C:
		}
	}
	_ = c.Kill() // nothing is in its way
	return c.Wait()
}

// terminate asks the child to end: TERM, and CONT so that a stopped one sees it.
func (c *conn) terminate() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.deliver(syscall.SIGTERM)
	c.resume()
}

func (c *conn) Close() error {
	if !c.detached {
		_ = c.Kill()
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.stdin.writer.close()
	c.stdout.reader.close()
	c.stderr.reader.close()
	c.stdout.data, c.stderr.data = nil, nil
	c.changed.Broadcast()
	return nil
}

// output is the owner's end of stdout or stderr.
type output struct {
	*pipe
	name string
}

func (o output) Read(p []byte) (int, error) {
	n, err := o.read(p)
	return n, opError("read from", o.name, err)
}

func (o output) SetReadDeadline(t time.Time) error {
	return opError("set read deadline of", o.name, o.setDeadline(&o.reader, t))
}

func (o output) Receive(limit int, f func(data []byte)) error {
	data, err := o.receive(limit)
	if len(data) > 0 {
		f(data)
	}
	return opError("read from", o.name, err)
}

// opError adds the operation and the child's name. io.EOF stays what it is.
func opError(op, name string, err error) error {
	if err == nil || errors.Is(err, io.EOF) {
		return err
	}
	return fmt.Errorf("ptyiotest: %s %s: %w", op, name, err)
}
