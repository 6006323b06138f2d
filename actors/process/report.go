package process

import (
	"errors"

	"brood/actors"
	"brood/ptyio"
)

// report handles what the incarnation's own goroutines and alarms post, unless
// it is over.
func (c *child) report(message any) {
	switch m := message.(type) {
	case *spawned:
		c.spawned(m)
	case *replies:
		if m.run == c.run {
			c.replied(m)
		}
	case *wireEnded:
		c.wireEnded(m)
	case *streamEnded:
		if m.run == c.run {
			if m.tail != nil {
				m.run.tail = m.tail
			}
			c.step(event{kind: evStreamEnded})
		}
	case *exited:
		if m.run == c.run {
			m.run.exit = m
			m.run.keepMark()
			m.run.atExit = m.run.delivered.Load()
			m.run.lastSeen = m.run.atExit
			c.step(event{kind: evExited})
		}
	case *flushed:
		c.landed(m)
	case *cutting:
		if m.run == c.run {
			m.run.heldBy = m.heldBy
		}
	case *rang:
		if m.run == c.run && m == m.run.due[m.timer] {
			c.step(event{kind: evExpired, timer: m.timer, busy: m.run.outputMoves(),
				more: m.run.watch.extension(), err: m.run.watch.lastFailure()})
		}
	case *proven:
		if m.run == c.run {
			c.step(event{kind: evProven})
		}
	case *probed:
		if m.run == c.run {
			c.probed(m)
		}
	case *overdue:
		if m.run == c.run {
			c.checkOverdue()
		}
	case *ranLong:
		if m.run == c.run {
			c.checkClock()
		}
	}
}

func (c *child) spawned(m *spawned) {
	if m.run != c.run {
		return // abandoned: the waiter has killed it
	}
	if m.err != nil {
		c.step(event{kind: evSpawnFailed, err: m.err})
		return
	}
	c.step(event{kind: evSpawned, streams: m.run.streams()})
}

// landed takes a flusher's report, also one of an incarnation that is over.
func (c *child) landed(m *flushed) {
	flown := m.outlet.flying
	m.outlet.landed(m.n, m.err)
	if errors.Is(m.err, ptyio.ErrLineTooLong) {
		c.refused(m.run, flown-m.n, m.err)
	}
	c.unhurry(m.run)
	if m.run != c.run {
		c.dropWrites(m.run)
	}
}

func (c *child) wireEnded(m *wireEnded) {
	if m.run != c.run {
		return
	}
	if m.fault {
		c.step(event{kind: evFault, reason: actors.ReasonProtocol, err: m.err})
		if c.run != m.run {
			return
		}
	}
	c.step(event{kind: evWireEnded, err: m.err})
}
