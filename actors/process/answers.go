package process

import (
	"fmt"
	"time"

	"brood/actors"
	"brood/actors/protocol"
	"brood/telemetry"
)

// replied takes the frames of one read.
func (c *child) replied(r *replies) {
	defer r.free()
	now := time.Now()
	c.run.answered = now.Sub(c.run.started)
	if c.spec.Pool != nil {
		c.run.wire.readPace(now)
	}
	for i := range r.messages {
		if err := c.reply(&r.messages[i], now); err != nil {
			c.step(event{kind: evFault, reason: actors.ReasonProtocol, err: err})
			return
		}
	}
}

func (c *child) reply(m *protocol.Message, now time.Time) error {
	if m.Incarnation != c.state.incarnation {
		return fmt.Errorf("%w: %s of incarnation %d, want %d", protocol.ErrProtocol, m.Kind, m.Incarnation, c.state.incarnation)
	}
	if m.Kind == protocol.Hello {
		if !c.state.noHello {
			return fmt.Errorf("%w: second hello", protocol.ErrProtocol)
		}
		if _, err := protocol.CheckHello(m.Payload); err != nil {
			return err
		}
		c.run.wire.marks = c.run.wire.readMark() == protocol.MarkNone
		c.step(event{kind: evHello})
		return nil
	}
	if c.state.noHello {
		return fmt.Errorf("%w: %s before hello", protocol.ErrProtocol, m.Kind)
	}
	switch m.Kind {
	case protocol.Result, protocol.Error, protocol.Revoked:
		return c.answer(m, now)
	case protocol.Pong:
		return c.pong(m)
	case protocol.Piece, protocol.Credit, protocol.Progress:
		return c.streamed(m)
	}
	return fmt.Errorf("%w: %s from a child", protocol.ErrProtocol, m.Kind)
}

func (c *child) answer(m *protocol.Message, now time.Time) error {
	e := c.tasks.held.find(m.ID)
	if e == nil {
		return fmt.Errorf("%w: %s for task %d, which the child does not hold", protocol.ErrProtocol, m.Kind, m.ID)
	}
	if m.Kind == protocol.Revoked {
		return c.revoked(e)
	}
	if m.Kind == protocol.Result || !e.asked { // an error can say that a cancelled one was not begun
		c.tasks.handled = max(c.tasks.handled, m.ID)
	}
	call := e.call
	c.tasks.answered++
	if e.gaveUp != nil {
		c.answerGivenUp(e, actors.StageRun)
		call = nil
	}
	c.release(e)
	if call == nil {
		return nil // its caller has left
	}
	if call.Pooled {
		c.tasks.took = append(c.tasks.took, now.Sub(call.Pool.Handed))
	}
	result := actors.Result{Worker: c.run.conn.PID()}
	if m.Kind == protocol.Result {
		result.Payload = m.Payload
	} else {
		result.Err = &actors.TaskError{Message: string(m.Payload)}
	}
	c.endExchange(call, m, result.Err)
	call.Answer(c.system, result)
	return nil
}

// endExchange also records the child's own handling, if the child told its
// times because it records no spans itself.
func (c *child) endExchange(call *Call, m *protocol.Message, err error) {
	if call.exchange.Recording() && m.Began != 0 {
		c.spec.Telemetry.Record(call.exchange.Context(), telemetry.HopHandle, c.spec.Name,
			time.Unix(0, m.Began), time.Unix(0, m.Ended), err, telemetry.PID(c.run.conn.PID()))
	}
	call.exchange.End(err)
}

func (c *child) pong(m *protocol.Message) error {
	p, asked := c.tasks.pings[m.ID]
	if !asked {
		return fmt.Errorf("%w: pong %d was not asked for", protocol.ErrProtocol, m.ID)
	}
	delete(c.tasks.pings, m.ID)
	p.reply.done(c, &actors.Pong{Incarnation: c.state.incarnation, RoundTrip: time.Since(p.sent)})
	return nil
}
