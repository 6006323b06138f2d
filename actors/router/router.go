package router

import (
	"math/rand/v2"
	"slices"
	"time"

	"github.com/asynkron/protoactor-go/actor"

	"brood/actors"
	"brood/actors/internal/alarm"
	"brood/actors/internal/mailbox"
	"brood/actors/process"
	"brood/telemetry"
)

// router is the actor: the hands of a desk.
type router struct {
	spec   Spec
	box    *mailbox.Batch
	ctx    actor.Context // of the turn
	system *actor.ActorSystem
	self   *actor.PID
	desk   *desk
	drains []chan<- struct{}
	alarm  alarm.Alarm
	rings  time.Time // when the alarm does
}

var (
	_ mailbox.Owner = (*router)(nil)
	_ hands         = (*router)(nil)
)

func newRouter(s Spec) *router {
	r := &router{spec: s}
	r.desk = newDesk(s, r)
	return r
}

func newDesk(s Spec, h hands) *desk {
	d := &desk{
		policy: s.Policy,
		refuse: s.WhenEmpty == EmptyRefuses,
		limit:  s.QueueLimit,
		hands:  h,
		clock:  s.Clock,
		known:  map[identity]*member{},
	}
	if p, ok := s.Policy.(termed); ok {
		d.terms, d.policy = p.terms(), p.by()
	}
	if d.terms.hedge != nil {
		d.budget = newBudget(d.terms.hedge.Percent)
	}
	d.choice.Random = s.Random
	if s.Random == nil {
		d.choice.Random = rand.New(rand.NewPCG(rand.Uint64(), rand.Uint64()))
	}
	return d
}

// OwnMailbox is called when the actor is spawned.
func (r *router) OwnMailbox(box *mailbox.Batch) { r.box = box }

// Receive handles one message. It never blocks.
func (r *router) Receive(ctx actor.Context) {
	r.ctx = ctx
	switch m := ctx.Message().(type) {
	case mailbox.EndOfTurn:
		r.endTurn()
	case *process.Call:
		r.accept(m)
	case *leg:
		r.desk.settle(m, m.result)
	case *actors.Task:
		r.accept(r.callOf(m, ctx.Sender()))
	case *actors.Result:
		r.answered(m)
	case *process.Cancel:
		r.cut(m.Call, m.Epoch, m.Err, 0)
	case *timedOut:
		r.cut(m.call, m.epoch, actors.ErrTaskTimeout, m.limit)
	case *tick:
		r.rings = time.Time{}
		r.desk.tick(r.spec.Clock())
	case *Join:
		if m.Member.PID != nil && !m.Member.PID.Equal(r.self) && m.Member.Prefetch >= 0 {
			r.desk.join(m.Member)
		}
	case *Leave:
		if m.PID != nil {
			r.desk.leave(m.PID)
		}
	case *actor.Terminated:
		r.system.Root.Send(r.self, &gone{m.Who})
	case *gone:
		r.desk.gone(m.who)
	case *Drain:
		r.desk.close(actors.ErrStopping)
		r.drains = append(r.drains, m.Done)
	case *Inspect:
		m.Reply <- r.stats()
	case *actor.Started:
		r.born(ctx)
	case *actor.Stopping, *actor.Restarting:
		r.alarm.Stop()
		r.desk.end(actors.ErrStopping)
		r.answerDrains()
	case *actor.Stopped:
		r.box.Close(r.reject)
		if r.spec.OnEnd != nil {
			r.spec.OnEnd()
		}
	}
}

func (r *router) born(ctx actor.Context) {
	r.system, r.self = ctx.ActorSystem(), ctx.Self()
	for _, m := range r.spec.Members {
		r.desk.join(m)
	}
}

// callOf makes a call of an actor's task.
func (r *router) callOf(task *actors.Task, sender *actor.PID) *process.Call {
	call := &process.Call{
		Task:    *task,
		ReplyTo: sender,
		Done:    make(chan actors.Result, 1), // if nobody asked, the answer is dropped
		Pool:    process.PoolNote{NoWait: true},
	}
	call.StartSubmit(r.spec.Telemetry, r.spec.Name)
	return call
}

func (r *router) accept(call *process.Call) {
	if late := call.Overdue(); late != nil {
		r.answer(call, actors.Result{Err: late})
		return
	}
	if after := call.Task.Timeout; after > 0 {
		late := &timedOut{call, call.Epoch(), after}
		call.Pool.Timeout = time.AfterFunc(after, func() { r.system.Root.Send(r.self, late) })
	}
	r.desk.accept(call)
}

// answered takes the answer of a plain actor.
func (r *router) answered(m *actors.Result) {
	if l, ok := m.Tag.(*leg); ok && l.owner.Equal(r.self) {
		result := *m
		result.Tag = l.Task.Tag // the sender's, not ours
		r.desk.settle(l, result)
	}
}

func (r *router) cut(call *process.Call, epoch uint64, err error, limit time.Duration) {
	if !call.Open(epoch) {
		return
	}
	if route, ok := call.Pool.Route.(*route); ok {
		r.desk.cut(route, err, limit)
	}
}

func (r *router) endTurn() {
	if at, ok := r.desk.due(); ok && (r.rings.IsZero() || at.Before(r.rings)) {
		r.rings = at
		r.alarm.Set(r.system, r.self, at.Sub(r.spec.Clock()), &tick{})
	}
	if len(r.drains) > 0 && r.desk.open() == 0 {
		r.answerDrains()
	}
}

func (r *router) answerDrains() {
	for _, done := range r.drains {
		done <- struct{}{}
	}
	r.drains = nil
}

// send carries a try to its member.
func (r *router) send(l *leg) {
	l.owner = r.self
	if r.spec.Telemetry.Enabled() {
		l.Submit = r.spec.Telemetry.Start(l.Task.Cause, telemetry.HopRoute, r.spec.Name)
	}
	if l.member.Calls {
		r.system.Root.Send(l.member.PID, &l.Call)
		return
	}
	// A plain actor cannot be asked to leave the payload alone when the sender has
	// its answer.
	task := l.Task
	task.Payload, task.Tag, task.Cause = slices.Clone(task.Payload), l, l.Cause()
	r.system.Root.RequestWithCustomSender(l.member.PID, &task, r.self)
}

func (r *router) cancel(l *leg, err error) {
	r.system.Root.Send(l.member.PID, &process.Cancel{Call: &l.Call, Epoch: l.Epoch(), Err: err})
}

func (r *router) answer(call *process.Call, result actors.Result) { call.Answer(r.system, result) }

func (r *router) undone(call *process.Call, err error) {
	if r.spec.OnUndone != nil {
		r.spec.OnUndone(Undone{Tag: call.Task.Tag, Attempts: call.Attempts, Err: err})
	}
}

func (r *router) watch(pid *actor.PID)   { r.ctx.Watch(pid) }
func (r *router) unwatch(pid *actor.PID) { r.ctx.Unwatch(pid) }

// reject answers what reaches the router after its end.
func (r *router) reject(message any) {
	switch m := message.(type) {
	case *process.Call:
		m.Answer(r.system, actors.Result{Err: actors.ErrStopping})
	case *process.Cancel:
		m.Call.AnswerAt(r.system, m.Epoch, actors.Result{Err: &actors.CancelledError{Stage: actors.StageRun, Err: m.Err}})
	case *Drain:
		m.Done <- struct{}{}
	case *Inspect:
		m.Reply <- Stats{}
	case *actor.MessageEnvelope:
		if task, ok := m.Message.(*actors.Task); ok && m.Sender != nil {
			r.system.Root.Send(m.Sender, &actors.Result{Err: actors.ErrStopping, Tag: task.Tag})
		}
	}
}

func (r *router) stats() Stats {
	d := r.desk
	s := Stats{Waiting: d.waiting.length, Held: d.held(), Hedges: d.hedges, HedgesWon: d.wins}
	for _, m := range d.members {
		s.Members = append(s.Members, MemberStats{PID: m.PID, Load: m.load, Done: m.done, Failed: m.failed, Refused: m.refused})
	}
	return s
}
