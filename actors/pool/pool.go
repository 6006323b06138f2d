package pool

import (
	"math/rand/v2"
	"time"

	"github.com/asynkron/protoactor-go/actor"

	"brood/actors"
	"brood/actors/internal/alarm"
	"brood/actors/internal/mailbox"
	"brood/actors/process"
)

// pool is the actor.
type pool struct {
	spec      Spec
	box       *mailbox.Batch
	system    *actor.ActorSystem
	self      *actor.PID
	scheduler *scheduler
	crew      *crew
	muster    muster
	inTurn    bool         // its clock was read
	pids      []*actor.PID // of the members
	wasReady  bool         // one of them, once
	drains    []chan<- struct{}
	entered   func(*process.Call) // startWait, of one that was at the door
	hands     []hand              // for each member, what it gets at the end of the turn
	handed    []int               // the members that get something

	tally  process.Tally
	tasks  uint64           // that came, each of which tally counts in the end
	joins  map[string]*join // by the ID of the task
	riders int              // calls that wait for the answer of another
	poison poison

	clocks  clocks
	alarm   alarm.Alarm
	alarmAt time.Duration // 0: it is not set

	leveling alarm.Alarm

	// What the fake of a test stands in for.
	clock  func() time.Time
	now    func() time.Duration // since some moment
	set    func(a *alarm.Alarm, after time.Duration, message any)
	random func() float64 // in [0, 1)
}

var _ mailbox.Owner = (*pool)(nil)

func newPool(s Spec) *pool {
	began := time.Now()
	p := &pool{
		spec:      s,
		scheduler: newScheduler(s.Size, s.Prefetch, s.MaxAttempts, s.queue()),
		pids:      make([]*actor.PID, s.Size),
		joins:     map[string]*join{},
		poison:    poison{limit: s.PoisonLimit},
		clock:     time.Now,
		now:       func() time.Duration { return time.Since(began) },
		random:    rand.Float64,
		hands:     make([]hand, s.Size),
	}
	p.set = func(a *alarm.Alarm, after time.Duration, message any) { a.Set(p.system, p.self, after, message) }
	p.entered = p.startWait
	p.crew, p.muster.child = newCrew(p.scheduler, &s), s.Child
	p.scheduler.rests = s.RepeatBackoff.Min > 0
	return p
}

// OwnMailbox is called when the actor is spawned.
func (p *pool) OwnMailbox(box *mailbox.Batch) { p.box = box }

// Receive handles one message. It never blocks.
func (p *pool) Receive(ctx actor.Context) {
	if freed, ok := ctx.Message().(*process.Freed); ok {
		p.freed(freed) // it looks at the clock itself
		return
	}
	p.tick()
	switch m := ctx.Message().(type) {
	case mailbox.EndOfTurn:
		p.endTurn()
	case *process.Call:
		p.accept(m)
	case *actors.Task:
		p.accept(p.callOf(m, ctx.Sender()))
	case *Batch:
		p.acceptAll(m)
	case *process.Returned:
		p.settle(p.scheduler.returned(m))
	case *process.GivenBack:
		p.settle(p.scheduler.givenBack(m))
	case *process.MemberEvent:
		p.memberEvent(m)
	case *levelOut: // at the end of the turn
	case *process.Cancel:
		p.cancel(m)
	case *CancelAll:
		p.cancelAll(m)
	case rang:
		p.rang()
	case *actors.Result:
		p.runAnswered(m)
	case *Rerun:
		p.rerun(m)
	case *ListPoison:
		m.Reply <- p.poison.list()
	case *Forget:
		m.Reply <- p.poison.remove(m.ID)
	case *Drain:
		p.scheduler.close(actors.ErrStopping)
		p.scheduler.draining = true
		p.scheduler.paused = false // or it would never be done
		p.closeDoor(actors.ErrStopping)
		p.drains = append(p.drains, m.Done)
	case *Abort:
		p.end(m.Err)
		p.crew.begin(p.spec.Size)
	case *actors.GaveUp:
		p.end(p.gaveUp(m.Err))
	case *Reopen:
		p.scheduler.reopen()
		p.crew.changed = true
	case *Inspect:
		m.Reply <- p.stats()
	case *actor.Started:
		p.system, p.self = ctx.ActorSystem(), ctx.Self()
		p.inTurn = false // it is not in one, that will end
	case *actor.Stopping, *actor.Restarting:
		p.alarm.Stop()
		p.leveling.Stop()
		p.muster.alarm.Stop()
		p.end(actors.ErrStopping)
		p.answerDrains()
	case *actor.Stopped:
		p.box.Close(p.reject)
	default:
		p.aboutCrew(m)
	}
}

// crowd is how many tasks for each member make a turn wait for more messages.
const crowd = 4

// tick reads the clock, once a turn.
func (p *pool) tick() {
	if !p.inTurn {
		p.inTurn, p.scheduler.now = true, p.clock()
	}
}

// endTurn hands out what waits, and looks after the members if there is a need.
func (p *pool) endTurn() {
	p.inTurn = false
	// With many tasks at the members, others are likely to be answered or to come
	// soon after these, and nobody idles meanwhile.
	p.box.Gather(p.scheduler.held > crowd*len(p.scheduler.members))
	p.dispatch()
	if p.crew.needsLook(p.muster.wake) {
		p.look()
		p.dispatch() // one may take calls again
	}
	p.level()
	if p.spec.Load != nil {
		p.spec.Load.Store(int32(p.scheduler.held))
	}
}

// freed takes how many calls a member has ended, and how long they took.
func (p *pool) freed(m *process.Freed) {
	p.inTurn, p.scheduler.now = true, p.clock()
	p.scheduler.freed(m.Member, m.Incarnation, m.N, m.Pace)
	if len(m.Keys) > 0 {
		p.scheduler.freedKeys(m.Member, m.Incarnation, m.Keys)
	}
	for _, took := range m.Took {
		p.scheduler.runs.record(took)
	}
	m.Free()
}

// callOf makes a call of an actor's task.
func (p *pool) callOf(task *actors.Task, sender *actor.PID) *process.Call {
	call := &process.Call{
		Task:    *task,
		ReplyTo: sender,
		Done:    make(chan actors.Result, 1), // if nobody asked, the answer is dropped
		Pooled:  true,
		Pool:    process.PoolNote{NoWait: true},
	}
	call.StartSubmit(p.spec.Telemetry, p.spec.Name)
	return call
}

func (p *pool) answerDrains() {
	for _, done := range p.drains {
		done <- struct{}{}
	}
	p.drains = nil
}

// closeDoor answers those that were not accepted yet.
func (p *pool) closeDoor(err error) {
	for _, call := range p.scheduler.closeDoor() {
		p.answer(call, actors.Result{Err: err})
	}
}

// settle does what the scheduler says about calls that came back.
func (p *pool) settle(verdicts []verdict) {
	for _, v := range verdicts {
		switch {
		case v.err != nil:
			p.lose(v.call, v.err)
		case v.rest > 0:
			p.clocks.set(enter(v.call), lineRest, p.now(), p.spec.RepeatBackoff.delay(v.rest, p.random()))
		default:
			p.queuedAgain(v.call)
		}
	}
}

func (p *pool) memberEvent(about *process.MemberEvent) {
	i := about.Member
	switch m := about.Event.(type) {
	case *actors.Started:
		p.scheduler.started(i, m.Incarnation, m.PID)
	case *actors.Ready:
		p.pids[i], p.wasReady = m.Who, true
		p.scheduler.ready(i, m.Incarnation)
		p.scheduler.members[i].marks = about.Marks
	case *actors.OverLimit:
		if m.Retiring {
			p.scheduler.retire(i, m.Incarnation)
		}
	case *actors.Down:
		p.scheduler.down(i, m.Incarnation)
		p.scheduler.members[i].survived = len(m.Exit.Survivors) > 0
	}
}
