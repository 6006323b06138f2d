package process

import (
	"errors"
	"time"

	"github.com/asynkron/protoactor-go/actor"

	"brood/actors"
	"brood/actors/protocol"
	"brood/ptyio"
)

// reply is where the outcome of a command goes: to the actor that sent it, to
// the channel of a Do, or nowhere.
type reply struct {
	to  *actor.PID
	raw chan<- error
}

// done reports success; message is what an actor gets to hear of it, nil if
// nothing.
func (r reply) done(c *child, message any) {
	if r.raw != nil {
		r.raw <- nil
	}
	if r.to != nil && message != nil {
		c.system.Root.Send(r.to, message)
	}
}

func (r reply) fail(c *child, command any, err error) {
	if r.raw != nil {
		r.raw <- err
	}
	if r.to != nil {
		c.system.Root.Send(r.to, &actors.Refused{Who: c.self, Command: command, Err: err})
	}
}

// pendingWrite is a Write that the kernel has not taken yet.
type pendingWrite struct {
	end    uint64
	size   int
	reply  reply
	write  *actors.Write
	gaveUp error // why it was withdrawn
}

// command carries out what an owner asks of the child.
func (c *child) command(command any, r reply) {
	if stop, ok := command.(*actors.Stop); ok {
		c.stop(stop, r)
		return
	}
	if !c.canDo(command) {
		r.fail(c, command, actors.ErrNotRunning)
		return
	}
	var err error
	switch m := command.(type) {
	case *actors.Write:
		err = c.write(m, r)
	case *actors.Withdraw:
		c.withdraw(m)
	case *actors.CloseStdin:
		c.run.closeStdin = true
	case *actors.Signal:
		err = c.run.conn.Signal(m.Sig)
	case *actors.Resize:
		err = c.run.conn.Resize(ptyio.Size{Rows: m.Rows, Cols: m.Cols})
	case *actors.Ping:
		err = c.ping(r)
	}
	switch command.(type) {
	case *actors.Write, *actors.Ping:
		if err == nil {
			return // answered later
		}
	}
	if err != nil {
		r.fail(c, command, err)
		return
	}
	r.done(c, nil)
}

// canDo reports whether there is a child for the command. Input may come before
// the child is there: it waits for it.
func (c *child) canDo(command any) bool {
	switch c.state.phase {
	case starting, running, ending:
		return true
	case draining:
		_, withdraw := command.(*actors.Withdraw)
		return withdraw
	case spawning:
		switch command.(type) {
		case *actors.Write, *actors.CloseStdin, *actors.Withdraw:
			return true
		}
	}
	return false
}

func (c *child) stop(m *actors.Stop, r reply) {
	c.stops = append(c.stops, r)
	grace := m.Grace
	if grace == 0 {
		grace = c.spec.Grace
	}
	c.step(event{kind: evStop, grace: grace, reason: m.Reason, err: m.Err})
}

func (c *child) write(m *actors.Write, r reply) error {
	in := &c.run.stdin
	switch {
	case c.run.closeStdin || in.err != nil:
		return stdinError(in.err)
	case in.waiting() > 0 && in.waiting()+len(m.Data) > c.spec.StdinLimitBytes:
		return actors.ErrStdinFull
	}
	in.add(m.Data)
	c.run.writes = append(c.run.writes, pendingWrite{end: in.added, size: len(m.Data), reply: r, write: m})
	return nil
}

func (c *child) ping(r reply) error {
	if c.spec.Protocol == nil {
		return actors.ErrNoProtocol
	}
	if c.state.phase != running {
		return actors.ErrNotRunning
	}
	c.tasks.lastPing++
	if err := c.send(protocol.Message{Kind: protocol.Ping, ID: c.tasks.lastPing}); err != nil {
		return err
	}
	if c.tasks.pings == nil {
		c.tasks.pings = map[uint64]ping{}
	}
	c.tasks.pings[c.tasks.lastPing] = ping{reply: r, sent: time.Now()}
	return nil
}

// stdinError is what a Write is answered with when stdin takes no more, since err.
func stdinError(err error) error {
	if errors.Is(err, ptyio.ErrRedirected) {
		return err // it was never open
	}
	return actors.ErrStdinClosed
}

// settleWrites answers the writes that the kernel has taken, or all of them if
// it will take no more, and closes stdin when its turn has come.
func (c *child) settleWrites() {
	r := c.run
	c.answerWrites(r, r.stdin.err != nil)
	if r.closeStdin && r.stdin.waiting() == 0 && r.stdin.err == nil {
		r.stdin.fail(actors.ErrStdinClosed)
		// Not here: on a terminal it is a write, which can block until Close.
		r.goes(func() { _ = r.conn.CloseStdin() }) // an error is of no interest: it is closed either way
	}
}

// dropWrites answers the writes that an incarnation leaves behind. While a
// flusher holds some of them, nobody knows what the kernel has taken: then they
// are answered when it has landed, which closing the descriptor sees to.
func (c *child) dropWrites(r *run) {
	if r.stdin.flying == 0 {
		c.answerWrites(r, true)
	}
}

// answerWrites answers the writes that the kernel has taken, and if there is no
// hope for the others, those too.
func (c *child) answerWrites(r *run, hopeless bool) {
	for len(r.writes) > 0 {
		w := r.writes[0]
		switch {
		case w.end <= r.stdin.written:
			w.reply.done(c, nil)
		case hopeless:
			w.reply.fail(c, w.write, stdinError(r.stdin.err))
		default:
			return
		}
		r.writes[0] = pendingWrite{}
		r.writes = r.writes[1:]
	}
}
