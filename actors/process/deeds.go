package process

import (
	"context"
	"errors"
	"os"
	"syscall"

	"brood/actors"
	"brood/actors/health"
	"brood/actors/protocol"
)

// askToEnd sends the protocol's shutdown. A child that does not read it is told
// by the next step.
func (c *child) askToEnd() {
	if err := c.send(protocol.Message{Kind: protocol.Shutdown}); err != nil {
		c.step(event{kind: evStepFailed})
	}
}

// terminate asks the whole tree to end. A shell on a terminal ignores TERM
// but follows HUP, which is what it gets when its terminal goes away.
func (c *child) terminate() {
	signals := []syscall.Signal{syscall.SIGTERM}
	if c.run.terminal() {
		signals = append(signals, syscall.SIGHUP)
	}
	if err := c.wakeWith(signals...); err != nil {
		c.step(event{kind: evStepFailed})
	}
}

// interrupt asks the whole tree to break off what it does.
func (c *child) interrupt() {
	if err := c.wakeWith(syscall.SIGINT); err != nil {
		c.step(event{kind: evStepFailed})
	}
}

// wakeWith sends the signals and then CONT, which wakes who was stopped, so
// that it can react. One that has ended meanwhile is no error.
func (c *child) wakeWith(signals ...syscall.Signal) error {
	for _, sig := range append(signals, sigCont...) {
		if err := c.run.conn.Signal(sig); err != nil && !errors.Is(err, os.ErrProcessDone) {
			return err
		}
	}
	return nil
}

// followPlan does a step of the stop plan, or goes on to the next one.
func (c *child) followPlan(step StopStep) {
	var err error
	switch {
	case step.Signal != 0:
		err = c.wakeWith(step.Signal)
	case step.Write != nil:
		err = c.write(&actors.Write{Data: step.Write}, reply{})
	case step.CloseStdin:
		if c.run.closeStdin || c.run.stdin.err != nil {
			err = actors.ErrStdinClosed
		}
		c.run.closeStdin = true
	case step.Command != nil:
		// That it could not be started, or failed, is not told: the next step
		// follows in any case.
		ctx, cancel := context.WithTimeout(context.Background(), step.Wait)
		c.run.cancelAlso(cancel)
		pid := c.run.conn.PID()
		c.run.goes(func() { _, _ = health.Run(ctx, *step.Command, pid) })
	}
	if err != nil {
		c.step(event{kind: evStepFailed})
	}
}

// cancelAlso has the end of the incarnation cancel one thing more.
func (r *run) cancelAlso(cancel context.CancelFunc) {
	others := r.cancel
	r.cancel = func() {
		cancel()
		if others != nil {
			others()
		}
	}
}
