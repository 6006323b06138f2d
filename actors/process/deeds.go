package process

import (
	"errors"
	"maps"
	"os"
	"strconv"
	"syscall"
	"time"

	"brood/actors"
	"brood/actors/protocol"
	"brood/ptyio"
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
		if c.run.done == nil {
			c.run.done = make(chan struct{})
		}
		pid, over := c.run.conn.PID(), c.run.done
		c.run.goes(func() { runStop(*step.Command, pid, step.Wait, over) })
	}
	if err != nil {
		c.step(event{kind: evStepFailed})
	}
}

// runStop is the stopper: it runs the command of a stop plan, and kills it when
// its wait, or the incarnation, is over. That it could not be started, or
// failed, is not told: the next step follows in any case.
func runStop(cmd ptyio.Command, pid int, wait time.Duration, over <-chan struct{}) {
	cmd.Env.Set = maps.Clone(cmd.Env.Set)
	if cmd.Env.Set == nil {
		cmd.Env.Set = make(map[string]string, 1)
	}
	cmd.Env.Set[EnvChildPID] = strconv.Itoa(pid)
	nothing := ptyio.Stdio{Null: true}
	conn, err := ptyio.Pipes{Stdin: nothing, Stdout: nothing, Stderr: nothing}.Start(cmd)
	if err != nil {
		return
	}
	ended := make(chan struct{})
	conn.OnExit(func(ptyio.Exit, error) { close(ended) })
	patience := time.NewTimer(wait)
	defer patience.Stop()
	select {
	case <-ended:
	case <-patience.C:
	case <-over:
	}
	_, _ = conn.Stop(-1) // reaped when it returns, or in the kernel's hands
	_ = conn.Close()
}
