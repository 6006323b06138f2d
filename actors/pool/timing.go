package pool

import (
	"cmp"
	"time"

	"brood/actors"
	"brood/actors/process"
)

// rang: the pool's one alarm, for the clock that rings first.
type rang struct{}

// startClock starts the clock of a task that has a Timeout.
func (p *pool) startClock(call *process.Call) {
	if after := call.Task.Timeout; after > 0 {
		e := enter(call)
		e.timeout = after
		p.clocks.set(e, lineTotal, p.now(), after)
	}
}

// startWait starts the clocks of a task that waits in the queue now. Those of one
// that no worker has begun go on where they were stopped.
func (p *pool) startWait(call *process.Call) {
	task := &call.Task
	if task.QueueTimeout|task.StartTimeout == 0 {
		return
	}
	e, now := enter(call), p.now()
	p.clocks.turn(now, p.scheduler.anyReady())
	if task.QueueTimeout > 0 {
		p.clocks.set(e, lineQueue, now, cmp.Or(e.left[lineQueue], task.QueueTimeout))
	}
	if task.StartTimeout > 0 {
		p.clocks.set(e, lineStart, now, cmp.Or(e.left[lineStart], task.StartTimeout))
	}
}

// arm sets the alarm for the clock that rings first, at the end of a turn. An
// alarm that is set for earlier is left alone: most clocks are taken back before
// they ring.
func (p *pool) arm() {
	if p.clocks.waiting() {
		p.clocks.turn(p.now(), p.scheduler.anyReady())
	}
	at, ok := p.clocks.next()
	if !ok || p.alarmAt != 0 && p.alarmAt <= at {
		return
	}
	p.alarmAt = max(at, 1)
	p.set(&p.alarm, at-p.now(), rang{})
}

// rang ends the tasks whose time is over.
func (p *pool) rang() {
	p.alarmAt = 0
	now := p.now()
	p.clocks.turn(now, p.scheduler.anyReady())
	for {
		e, line := p.clocks.due(now)
		if e == nil {
			return
		}
		if !e.open() {
			continue
		}
		switch line {
		case lineTotal:
			p.late(e, e.timeout)
		case lineQueue:
			p.late(e, e.call.Task.QueueTimeout)
		case lineStart:
			p.late(e, e.call.Task.StartTimeout)
		case lineRest:
			p.scheduler.wake(e.call)
			p.queuedAgain(e.call)
		}
	}
}

// late ends a task whose clock has rung.
func (p *pool) late(e *entry, limit time.Duration) {
	p.giveUp(e, &actors.TaskTimeoutError{Stage: p.scheduler.stage(e), Limit: limit})
}
