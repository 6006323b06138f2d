package process

import (
	"fmt"
	"slices"
	"time"

	"brood/actors"
	"brood/actors/protocol"
)

// tombstone remembers when a cancelled task must have been answered by the
// child. They expire in the order of their making.
type tombstone struct {
	id       uint64
	deadline time.Time
}

// cancel answers a call early and tells the child.
func (c *child) cancel(m *Cancel) {
	for id, call := range c.tasks.inflight {
		if call != m.Call || !call.Open(m.Epoch) {
			continue
		}
		c.tasks.inflight[id] = nil
		call.exchange.End(m.Err)
		call.Answer(c.system, actors.Result{Err: m.Err, Worker: c.run.conn.PID()})
		// A cancel has no payload and always fits a frame.
		_ = c.send(protocol.Message{Kind: protocol.Cancel, ID: id})
		c.tasks.cancelled = append(c.tasks.cancelled, tombstone{id, time.Now().Add(c.spec.CancelGrace)})
		c.armOverdue()
		return
	}
}

// armOverdue sets the alarm for the oldest cancelled task that the child has
// not answered.
func (c *child) armOverdue() {
	c.tasks.cancelled = slices.DeleteFunc(c.tasks.cancelled, func(t tombstone) bool {
		_, held := c.tasks.inflight[t.id]
		return !held
	})
	if len(c.tasks.cancelled) > 0 && !c.tasks.overdue.Pending() {
		after := time.Until(c.tasks.cancelled[0].deadline)
		c.tasks.overdue.Set(c.system, c.self, after, &overdue{run: c.run})
	}
}

func (c *child) checkOverdue() {
	c.armOverdue()
	if len(c.tasks.cancelled) > 0 && !time.Now().Before(c.tasks.cancelled[0].deadline) {
		c.step(event{kind: evFault, reason: actors.ReasonUnresponsive,
			err: fmt.Errorf("cancelled task not answered within %s", c.spec.CancelGrace)})
	}
}
