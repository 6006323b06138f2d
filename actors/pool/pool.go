package pool

import (
	"math/rand/v2"
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
	wasReady  bool         // one of them, once
	drains    []chan<- struct{}

	tally  process.Tally
	tasks  uint64           // that came, each of which tally counts in the end
	joins  map[string]*join // by the ID of the task
	riders int              // calls that wait for the answer of another
	poison poison

	clocks  clocks
	alarm   alarm.Alarm
	alarmAt time.Duration // 0: it is not set

	// What the fake of a test stands in for.
	now    func() time.Duration      // since some moment
	ring   func(after time.Duration) // sets the alarm
	random func() float64            // in [0, 1)
}

var _ mailbox.Owner = (*pool)(nil)

func newPool(s Spec) *pool {
	began := time.Now()
	p := &pool{
		spec:      s,
		scheduler: newScheduler(s.Size, s.Prefetch, s.QueueLimit, s.MaxAttempts),
		pids:      make([]*actor.PID, s.Size),
		joins:     map[string]*join{},
		poison:    poison{limit: s.PoisonLimit},
		now:       func() time.Duration { return time.Since(began) },
		random:    rand.Float64,
	}
	p.ring = func(after time.Duration) { p.alarm.Set(p.system, p.self, after, rang{}) }
	p.scheduler.rests = s.RepeatBackoff.Min > 0
	return p
}

// OwnMailbox is called when the actor is spawned.
func (p *pool) OwnMailbox(box *mailbox.Batch) { p.box = box }

// Receive handles one message. It never blocks.
func (p *pool) Receive(ctx actor.Context) {
	switch m := ctx.Message().(type) {
	case mailbox.EndOfTurn:
		p.dispatch()
	case *process.Call:
		p.accept(m)
	case *actors.Task:
		p.accept(p.callOf(m, ctx.Sender()))
	case *process.Freed:
		p.scheduler.freed(m.Member, m.Incarnation, m.N)
		m.Free()
	case *process.Returned:
		p.returned(m)
	case *process.MemberEvent:
		p.memberEvent(m.Member, m.Event)
	case *process.Cancel:
		p.cancel(m)
	case rang:
		p.rang()
	case *actors.Result:
		p.arrived(m.Tag.(*join), *m)
	case *Rerun:
		p.rerun(m)
	case *ListPoison:
		m.Reply <- p.poison.list()
	case *Forget:
		m.Reply <- p.poison.remove(m.ID)
	case *Drain:
		p.scheduler.close(actors.ErrStopping)
		p.scheduler.draining = true
		p.drains = append(p.drains, m.Done)
	case *Abort:
		p.end(m.Err)
	case *actors.GaveUp:
		p.end(p.gaveUp(m.Err))
	case *Reopen:
		p.scheduler.reopen()
	case *Inspect:
		m.Reply <- p.stats()
	case *actor.Started:
		p.system, p.self = ctx.ActorSystem(), ctx.Self()
	case *actor.Stopping, *actor.Restarting:
		p.alarm.Stop()
		p.end(actors.ErrStopping)
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
	}
}

// accept takes a task, or answers why not.
func (p *pool) accept(call *process.Call) {
	p.count(call)
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

// admit takes a call into the queue, or says why not.
func (p *pool) admit(call *process.Call) error {
	if err := p.scheduler.accept(call); err != nil {
		return err
	}
	p.startClock(call)
	p.enqueued(call)
	return nil
}

// enqueued notes that a call waits for a worker, for the first time or again.
func (p *pool) enqueued(call *process.Call) {
	if e := entryOf(call); e != nil {
		e.member, e.attempts = queued, call.Attempts
	}
	p.startQueue(call)
	p.startWait(call)
}

func (p *pool) startQueue(call *process.Call) {
	if p.spec.Telemetry.Enabled() {
		call.Pool.Queued = p.spec.Telemetry.Start(call.Cause(), telemetry.HopQueue, p.spec.Name,
			telemetry.Attempt(call.Attempts+1))
	}
}

// dispatch hands out what waits as far as there are free slots.
func (p *pool) dispatch() {
	for {
		call, to := p.scheduler.next()
		if call == nil {
			break
		}
		call.Pool.Queued.End(nil)
		if e := entryOf(call); e != nil {
			e.member = to
			e.attempts++
			p.clocks.stopWaits(e)
		}
		p.system.Root.Send(p.pids[to], call)
	}
	p.arm()
	if len(p.drains) > 0 && p.drained() {
		p.answerDrains()
	}
}

// drained reports whether every task has its answer and every slot is free. That
// the members hold nothing is not enough: what is on the way to one that has died
// comes back.
func (p *pool) drained() bool { return p.scheduler.drained() && p.tally.Total() == p.tasks }

func (p *pool) answerDrains() {
	for _, done := range p.drains {
		done <- struct{}{}
	}
	p.drains = nil
}

func (p *pool) returned(m *process.Returned) {
	for _, v := range p.scheduler.returned(m) {
		switch {
		case v.err != nil:
			p.lose(v.call, v.err)
		case v.rest > 0:
			p.clocks.set(enter(v.call), lineRest, p.now(), p.spec.RepeatBackoff.delay(v.rest, p.random()))
		default:
			p.enqueued(v.call)
		}
	}
}

func (p *pool) memberEvent(i int, event any) {
	switch m := event.(type) {
	case *actors.Started:
		p.scheduler.started(i, m.Incarnation, m.PID)
	case *actors.Ready:
		p.pids[i], p.wasReady = m.Who, true
		p.scheduler.ready(i, m.Incarnation)
	case *actors.OverLimit:
		if m.Retiring {
			p.scheduler.retire(i, m.Incarnation)
		}
	case *actors.Down:
		p.scheduler.down(i, m.Incarnation)
	}
}

func (p *pool) stats() Stats {
	s := Stats{Queued: p.scheduler.length + len(p.scheduler.resting), Held: p.scheduler.held, Outcomes: p.outcomes()}
	for _, m := range p.scheduler.members {
		s.Workers = append(s.Workers, Worker{PID: m.pid, Ready: m.ready, Held: m.held, Done: m.done, Restarts: m.restarts})
	}
	return s
}
