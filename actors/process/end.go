package process

import (
	"errors"
	"fmt"

	"github.com/asynkron/protoactor-go/actor"

	"brood/actors"
	"brood/actors/protocol"
	"brood/telemetry"
)

// errActorEnded is the cause in the exit of a child whose actor ended first.
var errActorEnded = errors.New("the actor that owned the child ended")

// askToEnd sends the protocol's shutdown. A child that does not read it is told
// by signal when half of its grace is over.
func (c *child) askToEnd() {
	if err := c.send(protocol.Message{Kind: protocol.Shutdown}); err != nil {
		c.terminate()
	}
}

// end settles everything that belongs to the incarnation, in the order that
// package actors promises: results, then Down.
func (c *child) end(toParent bool) {
	r := c.run
	exit := c.exitOf(r)
	c.settle(exit)
	c.dropWrites(r)
	r.abandon()
	var err error
	if exit.Reason == actors.ReasonStartFailed || exit.Reason == actors.ReasonNotReady {
		err = exit.Err
	}
	r.spawn.SetAttributes(telemetry.ExitReason(exit.Reason.String()))
	r.spawn.End(err)
	c.run = nil
	c.emit(&actors.Down{Who: c.self, Incarnation: r.incarnation, Exit: exit}, toParent)
}

// exitOf puts together what the kernel said and what brood knows.
func (c *child) exitOf(r *run) actors.Exit {
	exit := actors.Exit{
		Reason:           c.state.reason,
		Code:             -1,
		StderrTail:       r.tail,
		OutputIncomplete: c.state.cut,
		Err:              c.state.cause,
	}
	exit.PID = r.pid()
	if r.exit.run == nil {
		return exit // never started, or given up on
	}
	k := r.exit.exit
	exit.Code, exit.Signal, exit.CoreDumped = k.Code, k.Signal, k.CoreDumped
	exit.Started, exit.Ended = k.Started, k.Ended
	exit.UserTime, exit.SystemTime, exit.MaxRSSBytes = k.UserTime, k.SystemTime, k.MaxRSSBytes
	if exit.Reason == 0 {
		exit.Reason = actors.ReasonExited
		if k.Signal != 0 {
			exit.Reason = actors.ReasonSignalled
		}
	}
	if exit.Err == nil && r.exit.err != nil {
		exit.Err = fmt.Errorf("process: wait: %w", r.exit.err)
	}
	return exit
}

func (c *child) answerStops(err error) {
	stops := c.stops
	c.stops = nil
	if err == nil && errors.Is(c.state.cause, errSurvived) {
		err = c.state.cause
	}
	for _, r := range stops {
		if r.raw != nil {
			r.raw <- err
		}
		if r.to != nil {
			c.system.Root.Send(r.to, &actors.Stopped{Who: c.self, Err: err})
		}
	}
}

// die is the end of the actor itself, by a plain stop of its PID or by a
// panic. It must not wait: the group is killed, the waiter reaps it, and the
// parent hears of it from protoactor.
func (c *child) die() {
	if c.run != nil {
		if c.state.reason == 0 {
			c.state.reason, c.state.cause = actors.ReasonPanic, errActorEnded
		}
		c.end(false)
		c.state.phase = idle
	}
	c.answerStops(nil)
}

// rejectCommand answers a message that was sent with a sender.
func (c *child) rejectCommand(m *actor.MessageEnvelope) {
	if m.Sender == nil {
		return
	}
	switch command := m.Message.(type) {
	case *actors.Task:
		c.system.Root.Send(m.Sender, &actors.Result{Err: actors.ErrNotRunning, Tag: command.Tag})
	case *actors.Stop:
		c.system.Root.Send(m.Sender, &actors.Stopped{Who: c.self})
	case *actors.Write, *actors.CloseStdin, *actors.Signal, *actors.Resize, *actors.Ping:
		reply{to: m.Sender}.fail(c, command, actors.ErrNotRunning)
	}
}

// reject answers what reaches the actor after its end.
func (c *child) reject(message any) {
	switch m := message.(type) {
	case *flushed:
		c.landed(m)
	case *Call:
		c.refuse(m, actors.ErrNotRunning)
	case *actor.MessageEnvelope:
		c.rejectCommand(m)
	case *Do:
		if _, stop := m.Command.(*actors.Stop); stop {
			m.Done <- nil
			return
		}
		m.Done <- actors.ErrNotRunning
	}
}
