package process

import (
	"errors"
	"fmt"

	"github.com/asynkron/protoactor-go/actor"

	"brood/actors"
	"brood/ptyio"
	"brood/telemetry"
)

// errActorEnded is the cause in the exit of a child whose actor ended first.
var errActorEnded = errors.New("the actor that owned the child ended")

// end settles everything that belongs to the incarnation, in the order that
// package actors promises: results, then Down.
func (c *child) end(toParent bool) {
	r := c.run
	exit := c.exitOf(r)
	c.survived = survivors(exit, r)
	c.settle(exit)
	c.dropWrites(r)
	c.remember().active = c.lastActive()
	r.abandon()
	var err error
	if exit.Reason == actors.ReasonStartFailed || exit.Reason == actors.ReasonNotReady {
		err = exit.Err
	}
	r.spawn.SetAttributes(telemetry.ExitReason(exit.Reason.String()))
	r.spawn.End(err)
	c.run, c.retiring = nil, nil
	down := &actors.Down{Who: c.self, Incarnation: r.incarnation, Exit: exit}
	c.past.lastExit = &down.Exit
	c.emit(down, toParent)
}

// exitOf puts together what the kernel said and what brood knows.
func (c *child) exitOf(r *run) actors.Exit {
	exit := actors.Exit{
		Reason:           c.state.reason,
		Code:             -1,
		StderrTail:       r.tail,
		OutputIncomplete: c.state.cut,
		HeldBy:           r.heldBy,
		Err:              c.state.cause,
	}
	exit.PID, exit.Containment = r.identity()
	exit.StdoutDropped, exit.StderrDropped = r.outputs[stdout].settle(), r.outputs[stderr].settle()
	if r.exit == nil { // never started, or given up on
		if errors.Is(exit.Err, errSurvived) {
			exit.Survivors = []int{exit.PID}
		}
		return exit
	}
	k := r.exit.exit
	exit.Code, exit.Signal, exit.CoreDumped = k.Code, k.Signal, k.CoreDumped
	exit.Started, exit.Ended = k.Started, k.Ended
	exit.UserTime, exit.SystemTime, exit.MaxRSSBytes = k.UserTime, k.SystemTime, k.MaxRSSBytes
	exit.Survivors = k.Survivors
	if exit.Reason == 0 {
		exit.Reason = reasonOf(k, r.exit.err)
	}
	if exit.Err == nil && r.exit.err != nil {
		exit.Err = fmt.Errorf("process: wait: %w", r.exit.err)
	}
	return exit
}

// reasonOf is the reason for an end that brood did not bring about.
func reasonOf(exit ptyio.Exit, err error) actors.Reason {
	switch {
	case errors.Is(err, ptyio.ErrZygoteEnded):
		return actors.ReasonZygoteEnded
	case exit.OutOfMemory && !exit.Success():
		return actors.ReasonOutOfMemory
	case exit.Signal != 0:
		return actors.ReasonSignalled
	}
	return actors.ReasonExited
}

// survivors is what a Stop is answered with if something is left.
func survivors(exit actors.Exit, r *run) error {
	if len(exit.Survivors) == 0 {
		return nil
	}
	err := &ptyio.SurvivedError{PIDs: exit.Survivors, Level: r.conn.Level()}
	return fmt.Errorf("process: stop %s: %w", r.spec.Name, err)
}

func (c *child) answerStops() {
	stops, err := c.stops, c.survived
	c.stops, c.survived = nil, nil
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
	c.answerStops()
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
		for call := range m.Chain() {
			c.refuse(call, actors.ErrNotRunning)
		}
	case *Inspect:
		m.Reply <- c.status()
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
