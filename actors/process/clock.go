package process

import (
	"time"

	"brood/actors"
	"brood/actors/internal/alarm"
)

// runClock bounds the run of the oldest call that the child holds, which is the
// one that it can have begun. It is set only for one that has a RunTimeout. The
// alarm is left to ring when its call was answered, and set again then if the
// next one needs it, so that calls that are quick cost no alarm each.
type runClock struct {
	id       uint64 // of the call that it runs for
	deadline time.Time
	alarm    alarm.Alarm
	rings    time.Time // when the alarm does, if it is pending
}

// watchHead starts the clock of a call that has become the oldest in this turn.
func (c *child) watchHead() {
	clock, e := &c.tasks.clock, c.tasks.held.head()
	if e == nil || e.call == nil || e.call.Task.RunTimeout <= 0 || e.id == clock.id {
		return
	}
	clock.id, clock.deadline = e.id, time.Now().Add(e.call.Task.RunTimeout)
	if !clock.alarm.Pending() || clock.deadline.Before(clock.rings) {
		c.armClock()
	}
}

func (c *child) armClock() {
	clock := &c.tasks.clock
	clock.rings = clock.deadline
	clock.alarm.Set(c.system, c.self, time.Until(clock.deadline), &ranLong{run: c.run})
}

// checkClock ends the oldest call if its time is over.
func (c *child) checkClock() {
	clock, e := &c.tasks.clock, c.tasks.held.head()
	if e == nil || e.id != clock.id || e.call == nil || e.gaveUp != nil {
		return
	}
	if time.Now().Before(clock.deadline) {
		c.armClock()
		return
	}
	c.giveUp(e, &actors.TaskTimeoutError{Stage: actors.StageRun, Limit: e.call.Task.RunTimeout})
}
