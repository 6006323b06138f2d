package pool

import (
	"brood/actors"
	"brood/actors/process"
	"brood/telemetry"
)

// accept takes a task, or answers why not.
func (p *pool) accept(call *process.Call) {
	call.Pooled = true // a router does not say so
	p.count(call)
	if late := call.Overdue(); late != nil {
		p.answer(call, actors.Result{Err: late})
		return
	}
	if call.Task.ID != "" {
		p.submitJoined(call)
		return
	}
	if err := p.admit(call); err != nil {
		p.answer(call, actors.Result{Err: err})
	}
}

// count makes the call's answer count.
func (p *pool) count(call *process.Call) {
	p.tasks++
	call.Pool.Tally = &p.tally
}

// admit takes a call into the queue, or to its door, or says why not.
func (p *pool) admit(call *process.Call) error {
	if !p.scheduler.fits(call) {
		p.dispatch()
	}
	out, err := p.scheduler.accept(call)
	for _, oldest := range out {
		p.answer(oldest, actors.Result{Err: notRun(oldest, actors.ErrPushedOut)})
	}
	if err != nil {
		return err
	}
	p.startClock(call)
	p.startQueue(call)
	if !call.Pool.AtDoor {
		p.startWait(call)
	}
	return nil
}

// queuedAgain notes that a call that was with a member waits for another.
func (p *pool) queuedAgain(call *process.Call) {
	if e := entryOf(call); e != nil {
		e.member, e.attempts = queued, call.Attempts
	}
	p.startQueue(call)
	p.startWait(call)
}

func (p *pool) startQueue(call *process.Call) {
	if !p.spec.Telemetry.Enabled() {
		return
	}
	if cause := call.Cause(); p.spec.Telemetry.Records(cause) {
		call.Pool.Queued = p.spec.Telemetry.Start(cause, telemetry.HopQueue, p.spec.Name,
			telemetry.Attempt(call.Attempts+1))
	}
}
