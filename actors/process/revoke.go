package process

import (
	"errors"
	"fmt"

	"brood/actors/protocol"
)

// errGivenBack ends the span of an exchange that led to nothing.
var errGivenBack = errors.New("given back before it was begun")

// revoke asks the child for the youngest calls that it has not begun.
func (c *child) revoke(n int) {
	if c.state.phase != running || c.spec.Protocol == nil {
		return
	}
	begun, known := c.newestBegun()
	if !known {
		return
	}
	c.tasks.held.youngest(func(e *held) bool {
		if n <= 0 || e.id <= begun {
			return false
		}
		if e.asked || e.call == nil || !e.call.Pooled {
			return true
		}
		e.asked = true
		n--
		// A revoke has no payload and always fits a frame.
		_ = c.send(protocol.Message{Kind: protocol.Revoke, ID: e.id})
		return true
	})
}

// revoked takes a call that the child gives back instead of answering it.
func (c *child) revoked(e *held) error {
	if !e.asked {
		return fmt.Errorf("%w: revoked for task %d, which it was not asked for", protocol.ErrProtocol, e.id)
	}
	switch {
	case e.call == nil: // its caller has left
	case e.gaveUp != nil:
		c.answerGivenUp(e, stageOf(false))
	default:
		e.call.exchange.End(errGivenBack)
		e.call.Attempts--
		c.tasks.givenBack = append(c.tasks.givenBack, &held{id: e.id, call: e.call})
		c.tasks.counted.forget(e.id) // the pool does the rest
		c.tasks.held.remove(e)
		return nil
	}
	c.release(e)
	return nil
}
