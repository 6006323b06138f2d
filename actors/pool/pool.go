package pool

import (
	"time"

	"github.com/asynkron/protoactor-go/actor"

	"brood/actors"
	"brood/actors/internal/alarm"
	"brood/actors/internal/mailbox"
	"brood/actors/process"
	"brood/telemetry"
)

// pool is the actor.
type pool struct {
	spec      Spec
	box       *mailbox.Batch
	system    *actor.ActorSystem
	self      *actor.PID
	scheduler *scheduler
	pids      []*actor.PID // of the members
	drains    []chan<- struct{}
	hands     []hand // for each member, what it gets at the end of the turn
	handed    []int  // the members that get something
	leveling  alarm.Alarm
}

// hand is a chain of calls for one member.
type hand struct{ first, last *process.Call }

var _ mailbox.Owner = (*pool)(nil)

func newPool(s Spec) *pool {
	return &pool{
		spec:      s,
		scheduler: newScheduler(s.Size, s.Prefetch, s.MaxAttempts, s.queue()),
		pids:      make([]*actor.PID, s.Size),
		hands:     make([]hand, s.Size),
	}
}

// OwnMailbox is called when the actor is spawned.
func (p *pool) OwnMailbox(box *mailbox.Batch) { p.box = box }

// Receive handles one message. It never blocks.
func (p *pool) Receive(ctx actor.Context) {
	switch m := ctx.Message().(type) {
	case mailbox.EndOfTurn:
		p.dispatch()
		p.level()
	case *process.Call:
		p.accept(m)
	case *actors.Task:
		p.accept(p.callOf(m, ctx.Sender()))
	case *process.Freed:
		p.scheduler.now = time.Now()
		p.scheduler.freed(m.Member, m.Incarnation, m.N)
		if len(m.Keys) > 0 {
			p.scheduler.freedKeys(m.Member, m.Incarnation, m.Keys)
		}
		m.Free()
	case *process.Returned:
		p.settle(p.scheduler.returned(m))
	case *process.GivenBack:
		p.settle(p.scheduler.givenBack(m))
	case *process.MemberEvent:
		p.memberEvent(m.Member, m.Event)
		if _, ready := m.Event.(*actors.Ready); ready {
			p.scheduler.members[m.Member].marks = m.Marks
		}
	case *levelOut: // at the end of the turn
	case *process.Cancel:
		p.cancel(m.Call, m.Err)
	case *timedOut:
		p.cancel(m.call, actors.ErrTaskTimeout)
	case *Drain:
		p.scheduler.close(actors.ErrStopping)
		p.scheduler.draining = true
		p.closeDoor(actors.ErrStopping)
		p.drains = append(p.drains, m.Done)
	case *Abort:
		p.end(m.Err)
	case *actors.GaveUp:
		p.end(m.Err)
	case *Reopen:
		p.scheduler.reopen()
	case *Inspect:
		m.Reply <- p.stats()
	case *actor.Started:
		p.system, p.self = ctx.ActorSystem(), ctx.Self()
	case *actor.Stopping, *actor.Restarting:
		p.end(actors.ErrStopping)
		p.leveling.Stop()
		p.answerDrains()
	case *actor.Stopped:
		p.box.Close(p.reject)
	}
}

// callOf makes a call of an actor's task.
func (p *pool) callOf(task *actors.Task, sender *actor.PID) *process.Call {
	return &process.Call{
		Task:    *task,
		ReplyTo: sender,
		Done:    make(chan actors.Result, 1), // if nobody asked, the answer is dropped
		Submit:  p.spec.Telemetry.Start(task.Cause, telemetry.HopSubmit, p.spec.Name),
		Pooled:  true,
		Pool:    process.PoolNote{NoWait: true},
	}
}

func (p *pool) accept(call *process.Call) {
	if !p.scheduler.fits(call) {
		p.dispatch()
	}
	out, err := p.scheduler.accept(call)
	for _, oldest := range out {
		p.answer(oldest, notRun(oldest, actors.ErrPushedOut))
	}
	if err != nil {
		call.Answer(p.system, actors.Result{Err: err})
		return
	}
	p.startQueue(call)
	if after := call.Task.Timeout; after > 0 {
		late := &timedOut{call}
		call.Pool.Timeout = time.AfterFunc(after, func() { p.system.Root.Send(p.self, late) })
	}
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

// dispatch hands out what waits as far as there are free slots: to each member
// all that it gets in one message.
func (p *pool) dispatch() {
	for {
		call, to := p.scheduler.next()
		if call == nil {
			if p.scheduler.letIn() {
				continue
			}
			break
		}
		call.Pool.Queued.End(nil)
		p.hand(call, to)
	}
	for _, to := range p.handed {
		p.system.Root.Send(p.pids[to], p.hands[to].first)
		p.hands[to] = hand{}
	}
	p.handed = p.handed[:0]
	if len(p.drains) > 0 && p.scheduler.drained() {
		p.answerDrains()
	}
}

// level has what stands behind a long call given back for who is idle. It looks
// once in stealAfter at most, and not at all when nobody holds more than one call.
func (p *pool) level() {
	s := p.scheduler
	if s.held < 2 || s.length > 0 || p.leveling.Pending() {
		return
	}
	s.now = time.Now()
	from, n, again := s.steal()
	if from != queued {
		p.system.Root.Send(p.pids[from], &process.Revoke{N: n})
	}
	if again {
		p.leveling.Set(p.system, p.self, stealAfter, &levelOut{})
	}
}

// hand adds a call to what a member gets at the end of the turn.
func (p *pool) hand(call *process.Call, to int) {
	h := &p.hands[to]
	if h.first == nil {
		h.first = call
		p.handed = append(p.handed, to)
	} else {
		h.last.Pool.Next = call
	}
	h.last = call
}

func (p *pool) answerDrains() {
	for _, done := range p.drains {
		done <- struct{}{}
	}
	p.drains = nil
}

// settle does what the scheduler says about calls that came back.
func (p *pool) settle(verdicts []verdict) {
	for _, v := range verdicts {
		if v.err == nil {
			p.startQueue(v.call)
			continue
		}
		p.lose(v.call, v.err)
	}
}

func (p *pool) memberEvent(i int, event any) {
	switch m := event.(type) {
	case *actors.Started:
		p.scheduler.started(i, m.Incarnation, m.PID)
	case *actors.Ready:
		p.pids[i] = m.Who
		p.scheduler.ready(i, m.Incarnation)
	case *actors.OverLimit:
		if m.Retiring {
			p.scheduler.retire(i, m.Incarnation)
		}
	case *actors.Down:
		p.scheduler.down(i, m.Incarnation)
	}
}

// cancel ends a call early. One that a member holds is answered by the member,
// so that it has one owner at any time.
func (p *pool) cancel(call *process.Call, err error) {
	if call.Answered() {
		return
	}
	if p.scheduler.cancel(call, err) {
		p.answer(call, err)
		return
	}
	p.system.Root.Send(p.pids[call.Pool.Member], &process.Cancel{Call: call, Err: err})
}

// closeDoor answers those that were not accepted yet.
func (p *pool) closeDoor(err error) {
	for _, call := range p.scheduler.closeDoor() {
		p.answer(call, err)
	}
}

func (p *pool) end(err error) {
	p.closeDoor(err)
	for _, call := range p.scheduler.end(err) {
		p.lose(call, notRun(call, err))
	}
}

// lose ends a call that is not done, unless it was given up by its submitter.
func (p *pool) lose(call *process.Call, err error) {
	if p.spec.OnUndone != nil && p.scheduler.closed != nil && call.Pool.Cancelled == nil && !call.Answered() {
		p.spec.OnUndone(Undone{Tag: call.Task.Tag, Attempts: call.Attempts, Err: err})
	}
	p.answer(call, err)
}

// answer ends a call that the pool holds.
func (p *pool) answer(call *process.Call, err error) {
	call.Pool.Queued.End(err)
	call.Answer(p.system, actors.Result{Err: err})
}

// reject answers what reaches the pool after its end.
func (p *pool) reject(message any) {
	switch m := message.(type) {
	case *process.Call:
		m.Answer(p.system, actors.Result{Err: actors.ErrStopping})
	case *process.Cancel:
		m.Call.Answer(p.system, actors.Result{Err: m.Err})
	case *process.Returned:
		p.settle(p.scheduler.returned(m))
	case *process.GivenBack:
		p.settle(p.scheduler.givenBack(m))
	case *Drain:
		m.Done <- struct{}{}
	case *Inspect:
		m.Reply <- p.stats()
	case *actor.MessageEnvelope:
		if task, ok := m.Message.(*actors.Task); ok && m.Sender != nil {
			p.system.Root.Send(m.Sender, &actors.Result{Err: actors.ErrStopping, Tag: task.Tag})
		}
	}
}

func (p *pool) stats() Stats {
	s := Stats{Queued: p.scheduler.length, AtDoor: p.scheduler.atDoor, Held: p.scheduler.held}
	for _, m := range p.scheduler.members {
		s.Workers = append(s.Workers, Worker{PID: m.pid, Ready: m.ready, Held: m.held, Done: m.done, Restarts: m.restarts})
	}
	return s
}
