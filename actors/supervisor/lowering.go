package supervisor

import (
	"fmt"
	"math"
	"slices"
	"time"

	"brood/actors"
)

const (
	// ownGrace is how long a child is believed to need when its grace is left
	// to itself and so is not known here.
	ownGrace = 30 * time.Second
	// askMargin is what a child gets beyond its grace: for the kill, the
	// reaping and the last output. It is more than a process actor allows for
	// them, so that a survivor is reported by who knows it.
	askMargin = 15 * time.Second
	// margin is what an actor gets to end.
	margin = 5 * time.Second
)

// takeDown stops who is not to run, the last one first where there is an order.
func (m *machine) takeDown() {
	behind := false // one behind is still on its way down
	for _, c := range slices.Backward(m.concerned()) {
		if c.goal == toRun {
			continue
		}
		inTurn := m.phase == stopping || c.goal == toReturn || c.goal == toGo && m.group.pending
		if !inTurn || !(m.spec.ordered() && behind || m.neededByLiving(c)) {
			m.lower(c)
		}
		if inTurn && c.sinking() {
			behind = true
		}
	}
	if m.phase < stopping {
		m.forget()
	}
}

// neededByLiving reports whether somebody that needs c is still being taken down.
func (m *machine) neededByLiving(c *child) bool {
	return m.needs && slices.ContainsFunc(m.children, func(d *child) bool {
		return d.goal != toRun && d.sinking() && slices.Contains(d.After, c.ID)
	})
}

// lower does the next thing to end c.
func (m *machine) lower(c *child) {
	switch {
	case c.state == starting || c.state == up:
		c.state = lowering
		m.ask(c)
	case c.state != absent || c.goal != toGo || c.rung != unasked:
	case c.pid != nil:
		c.rung = ending
		m.do(effect{kind: fxEnd, child: c, after: margin})
	}
}

func (m *machine) ask(c *child) {
	grace := c.Grace
	if m.phase == stopping && m.grace != 0 {
		grace = m.grace
	}
	m.do(effect{kind: fxAsk, child: c, grace: grace, after: patience(grace)})
}

// patience returns how long to wait for a child that was told grace.
func patience(grace time.Duration) time.Duration {
	switch {
	case grace < 0:
		return askMargin
	case grace == 0:
		return ownGrace + askMargin
	case grace > math.MaxInt64-askMargin:
		return math.MaxInt64
	}
	return grace + askMargin
}

// forget drops who is removed and gone.
func (m *machine) forget() {
	var gone []*child
	for _, c := range m.concerned() {
		if c.removed && !c.there() {
			gone = append(gone, c)
		}
	}
	for _, c := range gone {
		if i := slices.Index(m.children, c); i >= 0 {
			m.children = slices.Delete(m.children, i, i+1)
			delete(m.byID, c.ID)
		}
		m.answerStarter(c, c.verdict)
		m.answerStoppers(c)
	}
}

// stopped takes a child's word that nothing of it runs any more.
func (m *machine) stopped(c *child) {
	if c.state != lowering || c.rung != unasked {
		return
	}
	m.quiet(c)
	c.state = absent
	m.lowered(c)
}

// lowered is the end of a child that is not to run.
func (m *machine) lowered(c *child) {
	m.dirty = true
	if c.exit == nil {
		exit := byRequest()
		c.exit = &exit
	}
	if c.goal != toReturn {
		m.emitEnded(c)
	}
	if !c.removed || m.phase == stopping { // else it is answered when c is forgotten
		m.answerStoppers(c)
	}
}

// gone takes the end of c's actor.
func (m *machine) gone(c *child) {
	c.rung, m.dirty = unasked, true
	if c.state == lowering {
		m.quiet(c)
		c.state = absent
		m.lowered(c)
	} else if c.goal == toGo {
		m.quiet(c)
	}
}

// due is c's alarm: what it waits for is over.
func (m *machine) due(c *child) {
	switch {
	case c.rung == ending:
		c.rung = abandoned
		m.do(effect{kind: fxAbandon, child: c, late: true})
	case c.state == lowering:
		c.rung = ending
		m.do(effect{kind: fxEnd, child: c, after: margin, late: true})
	case c.state == starting && c.settling:
		m.started(c)
	case c.pausing:
		c.pausing, c.open, m.dirty = false, false, true
	}
}

// stop ends the supervisor, or hastens its end.
func (m *machine) stop(grace time.Duration) {
	switch {
	case m.phase < stopping:
		m.grace = grace
		m.leave(actors.ReasonStopped, nil)
		m.hasten()
	case m.phase == stopping && grace < 0 && m.grace >= 0:
		m.grace = grace
		m.hasten()
	}
}

// hasten asks those once more that were told to stop with more time, if there is
// to be none.
func (m *machine) hasten() {
	if m.grace >= 0 {
		return
	}
	for _, c := range m.children {
		if c.state == lowering && c.rung == unasked {
			m.ask(c)
		}
	}
}

// leave begins to stop all children for good.
func (m *machine) leave(reason actors.Reason, why error) {
	m.phase, m.reason, m.why, m.dirty = stopping, reason, why, true
	m.subject[0] = nil
	if m.group.pending {
		m.group = group{}
		m.do(effect{kind: fxQuietGroup})
	}
	for _, c := range m.children {
		c.goal = toGo
		if c.pausing {
			c.pausing = false
			m.quiet(c)
		}
		verdict := c.verdict
		if verdict == nil {
			verdict = &Answer{Err: fmt.Errorf("supervisor: %w", actors.ErrStopping)}
		}
		m.answerStarter(c, verdict)
		if c.state == absent {
			m.emitEnded(c)
			m.answerStoppers(c)
		}
	}
}
