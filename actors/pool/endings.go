package pool

import (
	"fmt"

	"github.com/asynkron/protoactor-go/actor"

	"brood/actors"
	"brood/actors/process"
)

// cancel ends a task that its submitter has given up.
func (p *pool) cancel(m *process.Cancel) {
	if !m.Call.Open(m.Epoch) {
		return
	}
	e := enter(m.Call)
	p.giveUp(e, &actors.CancelledError{Stage: p.scheduler.stage(e), Err: m.Err})
}

// giveUp ends a task early. A call that a member holds is answered by the member,
// so that it has one owner at any time; and until it is, nothing but the entry may
// be looked at.
func (p *pool) giveUp(e *entry, err error) {
	switch {
	case e.rides != nil:
		p.leave(e.rides, e.call, err)
	case e.member < 0:
		p.scheduler.withdraw(e.call)
		p.answer(e.call, actors.Result{Err: err})
	case e.cancelled == nil:
		e.cancelled = err
		p.system.Root.Send(p.pids[e.member], &process.Cancel{Call: e.call, Epoch: e.epoch, Err: err, Pooled: true})
	}
}

// gaveUp is why tasks that wait do not run after the supervisor gave up.
func (p *pool) gaveUp(err error) error {
	if p.wasReady {
		return err
	}
	return fmt.Errorf("%w: %w", actors.ErrNeverStarted, err)
}

func (p *pool) end(err error) {
	p.closeDoor(err)
	for _, call := range p.scheduler.end(err) {
		p.lose(call, notRun(call, err))
	}
	p.crew.endCrew(err)
}

// lose ends a call that is not done, unless it was given up by its submitter.
func (p *pool) lose(call *process.Call, err error) {
	e := entryOf(call)
	if poison, ok := err.(*actors.PoisonError); ok {
		p.setAside(call, poison)
	}
	if p.spec.OnUndone != nil && p.scheduler.closed != nil && (e == nil || e.cancelled == nil) && !call.Answered() {
		for _, of := range p.submitted(call) {
			p.spec.OnUndone(Undone{Tag: of.Task.Tag, Attempts: call.Attempts, Err: err})
		}
	}
	p.answer(call, actors.Result{Err: err})
}

// submitted are the calls of the submitters that wait for this one.
func (p *pool) submitted(call *process.Call) []*process.Call {
	if e := entryOf(call); e != nil && e.leads != nil {
		return e.leads.riders
	}
	return []*process.Call{call}
}

// answer ends a call that the pool holds.
func (p *pool) answer(call *process.Call, result actors.Result) {
	call.Pool.Queued.End(result.Err)
	e := entryOf(call)
	if e == nil {
		call.Answer(p.system, result)
		return
	}
	p.clocks.stopWaits(e)
	p.clocks.stop(e, lineTotal)
	if e.leads == nil {
		call.Answer(p.system, result)
		return
	}
	if call.Close() {
		result.Attempts = call.Attempts
		p.arrived(e.leads, result)
	}
}

// reject answers what reaches the pool after its end.
func (p *pool) reject(message any) {
	switch m := message.(type) {
	case *process.Cancel:
		p.rejectCancel(m)
	case *process.Returned:
		p.settle(p.scheduler.returned(m))
	case *process.GivenBack:
		p.settle(p.scheduler.givenBack(m))
	case *actors.Result:
		p.runAnswered(m)
	case *Inspect:
		m.Reply <- p.stats()
	case *ListPoison:
		m.Reply <- p.poison.list()
	case *actor.MessageEnvelope:
		p.rejectEnvelope(m)
	default:
		AnswerLetter(p.system, message)
	}
}

// rejectCancel answers a call that a member may hold, since the pool can not ask
// for that any more. The member's own answer is then a late one.
func (p *pool) rejectCancel(m *process.Cancel) {
	if !m.Call.Open(m.Epoch) {
		return
	}
	e := enter(m.Call)
	err := &actors.CancelledError{Stage: p.scheduler.stage(e), Err: m.Err}
	if e.rides != nil {
		p.leave(e.rides, m.Call, err)
		return
	}
	m.Call.AnswerAt(p.system, m.Epoch, actors.Result{Err: err})
}

func (p *pool) rejectEnvelope(m *actor.MessageEnvelope) {
	switch message := m.Message.(type) {
	case *actors.Result:
		p.runAnswered(message)
	case *actors.Task:
		if m.Sender != nil {
			p.system.Root.Send(m.Sender, &actors.Result{Err: actors.ErrStopping, Tag: message.Tag})
		}
	}
}
