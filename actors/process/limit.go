package process

import (
	"brood/actors"
	"brood/actors/health"
)

// overLimit does what the verdict on the child's use of resources says.
func (c *child) overLimit(m *OverLimit) {
	if m.Incarnation != c.state.incarnation || c.state.phase != starting && c.state.phase != running {
		return
	}
	switch m.Breach.Action {
	case health.RestartNow:
		c.stopForLimit(m.Breach.Err)
		return
	case health.RestartWhenIdle:
		c.retiring = m.Breach.Err
	}
	c.emit(&actors.OverLimit{
		Who: c.self, Incarnation: m.Incarnation, Err: m.Breach.Err,
		Retiring: m.Breach.Action == health.RestartWhenIdle,
	}, false)
}

// retire ends a child that takes no task any more and holds none. A call that was
// answered early is held until the child answers, too. One that is not ready yet
// is not idle: who waits for it to start is not to see it fail.
func (c *child) retire() {
	if c.retiring != nil && c.state.phase == running && c.tasks.held.len() == 0 {
		c.stopForLimit(c.retiring)
	}
}

// stopForLimit stops the child as if it was asked to, but for a reason that lets
// its supervisor start it again.
func (c *child) stopForLimit(err error) {
	c.step(event{kind: evStop, grace: c.spec.Grace, reason: actors.ReasonResourceLimit, err: err})
}
