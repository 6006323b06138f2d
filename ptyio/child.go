package ptyio

import (
	"errors"
	"os"
	"sync"
	"syscall"
	"time"

	"brood/ptyio/internal/tree"
)

// killPatience is how long a killed child may take to be gone.
const killPatience = 10 * time.Second

// child is the process side of a Conn, the same for all transports.
type child struct {
	name     string
	tree     *tree.Tree
	detached bool
	ask      sync.Once

	done chan struct{} // closed when exit and err are set
	exit Exit
	err  error

	mu     sync.Mutex // orders OnExit and the end
	onExit []func(Exit, error)
}

// Rest ends what this package keeps for the next child, if there is no child: a
// process that kills children when this one dies, and a goroutine that waits for
// them. Without it that happens a moment after the end of the last child; with it
// nothing is left when Rest returns. It must not be called from a function that
// was given to OnExit.
func Rest() { tree.Rest() }

// newChild calls atEnd, if there is one, when t has ended.
func newChild(cmd Command, t *tree.Tree, atEnd func()) *child {
	c := &child{name: cmd.Name(), tree: t, detached: cmd.Detached, done: make(chan struct{})}
	t.Await(func(end tree.End, err error) { c.end(end, err, atEnd) })
	return c
}

func (c *child) end(end tree.End, err error, atEnd func()) {
	c.exit, c.err = Exit(end), opError("wait for", c.name, err)
	c.mu.Lock()
	close(c.done)
	last := c.onExit
	c.mu.Unlock()
	if atEnd != nil {
		atEnd()
	}
	for _, f := range last {
		f(c.exit, c.err)
	}
}

func (c *child) PID() int { return c.tree.PID() }

func (c *child) Signal(sig syscall.Signal) error {
	return opError("signal", c.name, platformError(c.tree.Signal(sig)))
}

func (c *child) Kill() error { return opError("kill", c.name, c.tree.Kill()) }

// letGo is what becomes of the child when its Conn is closed.
func (c *child) letGo() error {
	if c.detached {
		return nil
	}
	return c.Kill()
}

func (c *child) Wait() (Exit, error) {
	<-c.done
	return c.exit, c.err
}

func (c *child) OnExit(f func(Exit, error)) {
	c.mu.Lock()
	ended := c.ended()
	if !ended {
		c.onExit = append(c.onExit, f)
	}
	c.mu.Unlock()
	if ended {
		f(c.exit, c.err)
	}
}

func (c *child) Level() Level { return c.tree.Level() }

func (c *child) Stop(grace time.Duration) (Exit, error) {
	if grace > 0 && c.askToEnd() && c.endsWithin(grace) {
		return c.stopped()
	}
	if err := c.Kill(); err != nil {
		return Exit{Code: -1}, err
	}
	if !c.endsWithin(killPatience) {
		err := &SurvivedError{PIDs: c.tree.Members(), Level: c.tree.Level()}
		return Exit{Code: -1}, opError("stop", c.name, err)
	}
	return c.stopped()
}

// stopped is the answer of Stop when the child itself has ended.
func (c *child) stopped() (Exit, error) {
	exit, err := c.Wait()
	if err == nil && len(exit.Survivors) > 0 {
		err = opError("stop", c.name, &SurvivedError{PIDs: exit.Survivors, Level: c.tree.Level()})
	}
	return exit, err
}

// askToEnd asks at most once: to many programs a second TERM means "at once".
// It reports whether waiting makes sense.
func (c *child) askToEnd() bool {
	var err error
	c.ask.Do(func() { err = c.tree.Terminate() })
	return err == nil || errors.Is(err, os.ErrProcessDone)
}

func (c *child) endsWithin(d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-c.done:
		return true
	case <-timer.C:
		return false
	}
}

// ended reports whether the child was reaped.
func (c *child) ended() bool {
	select {
	case <-c.done:
		return true
	default:
		return false
	}
}

func platformError(err error) error {
	if err != nil && errors.Is(err, errors.ErrUnsupported) {
		return ErrUnsupported
	}
	return err
}
