package pool

import (
	"bytes"
	"errors"
	"slices"

	"brood/actors"
	"brood/actors/process"
)

// join is one run of a task whose answer several callers may wait for. The call
// that runs is the pool's own; those of the callers ride on it.
type join struct {
	call   *process.Call
	riders []*process.Call
	// sets are what is being run again by hand.
	sets []*setAside
}

// submitJoined takes a task that has an ID: it rides on the run of an equal one,
// or gets a run that others can join.
func (p *pool) submitJoined(call *process.Call) {
	j := p.joins[call.Task.ID]
	if j == nil {
		var err error
		if j, err = p.lead(call); err != nil {
			p.answer(call, actors.Result{Err: err})
			return
		}
	}
	p.ride(j, call)
}

// lead starts a run for the callers of a task.
func (p *pool) lead(call *process.Call) (*join, error) {
	j := &join{}
	j.call = &process.Call{Task: call.Task, ReplyTo: p.self, Pooled: true,
		Pool: process.PoolNote{NoWait: call.Pool.NoWait}}
	j.call.Task.Timeout = 0 // is each caller's own
	j.call.Task.Cause, j.call.Task.Tag = call.Cause(), j
	if err := p.admit(j.call); err != nil {
		return nil, err
	}
	enter(j.call).leads = j
	if id := call.Task.ID; id != "" {
		p.joins[id] = j
	}
	return j, nil
}

// ride makes the call one that the run's answer is for. Those after the first
// take no place in the queue, but are as many as it has at the most.
func (p *pool) ride(j *join, call *process.Call) {
	switch {
	case p.scheduler.closed != nil && len(j.riders) > 0:
		p.answer(call, actors.Result{Err: p.scheduler.closed})
		return
	case p.riders >= p.spec.QueueLimit && len(j.riders) > 0:
		p.answer(call, actors.Result{Err: actors.ErrQueueFull})
		return
	}
	e := enter(call)
	e.rides, e.member, call.Pool.Member = j, joined, joined
	j.riders = append(j.riders, call)
	p.riders++
	p.startClock(call)
}

// leave ends a call that rides. When nobody is left, the run is given up.
func (p *pool) leave(j *join, call *process.Call, err error) {
	j.riders = slices.DeleteFunc(j.riders, func(other *process.Call) bool { return other == call })
	p.dismount(call, actors.Result{Err: err, Attempts: entryOf(j.call).attempts})
	if len(j.riders) > 0 || j.call.Answered() {
		return
	}
	p.unjoin(j)
	p.giveUp(entryOf(j.call), err)
}

// runAnswered takes the answer of a run. Anybody can send a Result: one that is not for
// the pool is dropped.
func (p *pool) runAnswered(m *actors.Result) {
	if j, ok := m.Tag.(*join); ok {
		p.arrived(j, *m)
	}
}

// arrived hands the answer of a run on to all callers. The last gets the
// payload, the others copies, since it belongs to whom it was given.
func (p *pool) arrived(j *join, result actors.Result) {
	p.unjoin(j)
	if result.Err == nil || errors.Is(result.Err, actors.ErrTaskFailed) {
		p.cured(j)
	}
	riders := j.riders
	j.riders = nil
	for i, call := range riders {
		own := result
		if i < len(riders)-1 {
			own.Payload = bytes.Clone(result.Payload)
		}
		p.dismount(call, own)
	}
}

func (p *pool) dismount(call *process.Call, result actors.Result) {
	p.riders--
	e := entryOf(call)
	e.rides = nil
	p.clocks.stop(e, lineTotal)
	call.Attempts = result.Attempts
	p.answer(call, result)
}

// unjoin lets nobody ride any more.
func (p *pool) unjoin(j *join) {
	for _, set := range j.sets {
		set.run = nil
	}
	if id := j.call.Task.ID; p.joins[id] == j {
		delete(p.joins, id)
	}
}
