package process

import (
	"fmt"
	"time"

	"brood/actors"
	"brood/actors/protocol"
)

// tombstone remembers a cancelled task until the child has answered it.
type tombstone struct {
	id       uint64
	confirm  time.Time // when its caller is answered in any case
	deadline time.Time // when the child must have answered
}

// confirmDelay is how long the caller of a cancelled task that was not begun waits
// for the child to confirm that.
const confirmDelay = 100 * time.Millisecond

// cancel ends a call early.
func (c *child) cancel(m *Cancel) {
	if e := c.tasks.held.of(m.Call); e != nil && e.gaveUp == nil && m.Call.Open(m.Epoch) {
		c.giveUp(e, m.Err)
	}
}

// giveUp ends a call that the child holds. If the child may have begun it, it is
// answered at once. If not, the child can still begin it before it reads the
// cancel: it gets a moment to say that it has not and will not.
func (c *child) giveUp(e *held, err error) {
	e.gaveUp = err
	if c.unsend(e) {
		c.answerGivenUp(e, actors.StageHanded)
		c.release(e)
		return
	}
	// A cancel has no payload and always fits a frame.
	_ = c.send(protocol.Message{Kind: protocol.Cancel, ID: e.id})
	e.asked = true
	now := time.Now()
	grave := tombstone{id: e.id, confirm: now, deadline: now.Add(c.spec.CancelGrace)}
	switch mayHaveRun := c.mayHaveRun(e); {
	case mayHaveRun || c.run.exit != nil || !c.run.wire.marks:
		// Only of one that has ended a look is proof.
		c.answerGivenUp(e, stageOf(mayHaveRun || c.run.exit == nil))
	default:
		grave.confirm = now.Add(min(c.spec.confirmDelay, c.spec.CancelGrace))
	}
	c.tasks.cancelled = append(c.tasks.cancelled, grave)
	c.armOverdue()
}

// answerGivenUp answers a call for its child. One that did not run does not
// count as an attempt.
func (c *child) answerGivenUp(e *held, stage actors.Stage) {
	call, err := e.call, atStage(e.gaveUp, stage)
	e.call, e.gaveUp = nil, nil
	call.exchange.End(err)
	if !stage.MayHaveRun() {
		call.Attempts--
	}
	call.Answer(c.system, actors.Result{Err: err, Worker: c.run.conn.PID()})
}

func stageOf(mayHaveRun bool) actors.Stage {
	if mayHaveRun {
		return actors.StageRun
	}
	return actors.StageHanded
}

// atStage puts the stage into an error that has one.
func atStage(err error, stage actors.Stage) error {
	switch e := err.(type) {
	case *actors.CancelledError:
		return &actors.CancelledError{Stage: stage, Err: e.Err}
	case *actors.TaskTimeoutError:
		return &actors.TaskTimeoutError{Stage: stage, Limit: e.Limit}
	}
	return err
}

// unsend takes the frame of a call back, if none of it is on its way.
func (c *child) unsend(e *held) bool {
	out := &c.run.wire.out
	begin := e.end - uint64(e.size)
	if out.err != nil || begin < out.written+uint64(out.flying) {
		return false
	}
	out.remove(begin, e.size)
	c.tasks.held.youngest(func(later *held) bool {
		if later.id == e.id {
			return false
		}
		later.end -= uint64(e.size)
		return true
	})
	return true
}

// checkOverdue answers the callers that have waited for the child's word long
// enough, and has the machine end a child that does not answer a cancel.
func (c *child) checkOverdue() {
	now, late := time.Now(), false
	kept := c.tasks.cancelled[:0]
	for _, t := range c.tasks.cancelled {
		e := c.tasks.held.find(t.id)
		if e == nil {
			continue
		}
		if e.gaveUp != nil && !now.Before(t.confirm) {
			c.answerGivenUp(e, actors.StageRun)
		}
		if !now.Before(t.deadline) {
			late = true // from here the machine has its own clock
			continue
		}
		kept = append(kept, t)
	}
	c.tasks.cancelled = kept
	c.armOverdue()
	if late {
		c.step(event{kind: evOverdue, err: fmt.Errorf("cancelled task not answered within %s", c.spec.CancelGrace)})
	}
}

// armOverdue sets the alarm for the next time that checkOverdue has something to
// do, and forgets what was answered.
func (c *child) armOverdue() {
	var next time.Time
	kept := c.tasks.cancelled[:0]
	for _, t := range c.tasks.cancelled {
		e := c.tasks.held.find(t.id)
		if e == nil {
			continue
		}
		due := t.deadline
		if e.gaveUp != nil {
			due = t.confirm
		}
		if next.IsZero() || due.Before(next) {
			next = due
		}
		kept = append(kept, t)
	}
	c.tasks.cancelled = kept
	if next.IsZero() || c.tasks.overdue.Pending() && !next.Before(c.tasks.overdueAt) {
		return
	}
	c.tasks.overdueAt = next
	c.tasks.overdue.Set(c.system, c.self, time.Until(next), &overdue{run: c.run})
}
