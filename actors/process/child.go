package process

import (
	"github.com/asynkron/protoactor-go/actor"

	"brood/actors"
	"brood/actors/internal/mailbox"
)

// child is the actor that owns one child process.
type child struct {
	spec   *Spec
	limits limits
	box    *mailbox.Batch

	system       *actor.ActorSystem
	self, parent *actor.PID

	state state
	run   *run // of the current incarnation; nil when idle
	tasks tasks
	stops []reply
	// survived is what the next answer to Stop has to tell.
	survived error
	retiring error // the limit for which it takes no task any more
	unread   bool  // OutputTo has ended: nobody acknowledges output any more

	past *past // nil of a child that has none, as most are
}

var _ mailbox.Owner = (*child)(nil)

func newChild(spec *Spec) *child {
	return &child{spec: spec, limits: spec.limits()}
}

// OwnMailbox is called when the actor is spawned.
func (c *child) OwnMailbox(box *mailbox.Batch) { c.box = box }

// Receive handles one message. It never blocks.
func (c *child) Receive(ctx actor.Context) {
	switch m := ctx.Message().(type) {
	case mailbox.EndOfTurn:
		c.endTurn()
	case *Call:
		c.takeAll(m)
	case *actors.Task:
		c.takeDirect(m, ctx.Sender())
	case *Cancel:
		c.cancel(m)
	case *TaskStream:
		c.serveStream(m)
	case *Revoke:
		c.revoke(m.N)
	case *Do:
		c.command(m.Command, reply{raw: m.Done})
	case *actors.Start:
		c.step(event{kind: evStart})
	case *actors.Stop, *actors.Write, *actors.CloseStdin, *actors.Signal, *actors.Resize, *actors.Ping,
		*actors.Withdraw:
		c.command(m, reply{to: ctx.Sender()})
	case *OverLimit:
		c.overLimit(m)
	case *actors.Ack:
		c.acknowledged(m)
	case *Inspect:
		m.Reply <- c.status()
	case *actor.Started:
		c.born(ctx)
	case *actor.Terminated:
		c.consumerGone(m.Who)
	case *actor.Stopping, *actor.Restarting:
		c.die()
	case *actor.Stopped:
		c.box.Close(c.reject)
	default:
		c.report(m)
	}
}

func (c *child) born(ctx actor.Context) {
	c.system, c.self, c.parent = ctx.ActorSystem(), ctx.Self(), ctx.Parent()
	if c.spec.OutputTo != nil {
		ctx.Watch(c.spec.OutputTo)
	}
}

func (c *child) endTurn() {
	c.retire()
	if c.run == nil {
		return
	}
	// With several tasks under way, others are likely to be answered or to come
	// soon after these.
	c.box.Gather(c.tasks.held.len()+c.tasks.freed > 1)
	if c.spec.Pool == nil {
		c.spec.Load.Store(int32(c.tasks.held.len()))
	}
	if c.state.phase != spawning {
		c.run.flush()
		c.settleWrites()
		if w := c.run.wire; w != nil && w.out.err != nil && !w.broken {
			w.broken = true
			c.step(event{kind: evWireBroken})
		}
	}
	c.reportSlots()
	c.watchHead()
}

func (c *child) acknowledged(m *actors.Ack) {
	if c.run == nil || m.Incarnation != c.state.incarnation || m.Stream < stdout || m.Stream > stderr || m.Bytes < 0 {
		return
	}
	if o := c.run.outputs[m.Stream]; o != nil && o.credit != nil {
		o.credit.give(m.Bytes)
	}
}

// consumerGone keeps a child from blocking for ever on a consumer that ended:
// its output is read on and dropped as dead letters.
func (c *child) consumerGone(who *actor.PID) {
	if c.spec.OutputTo == nil || !who.Equal(c.spec.OutputTo) {
		return
	}
	c.unread = true
	if c.run != nil {
		c.run.loosen()
	}
}

// step feeds the machine and carries out what it says.
func (c *child) step(ev event) {
	next, effects := step(c.state, ev, c.limits)
	c.state = next
	if c.run != nil && next.phase > running {
		c.run.watch.over()
	}
	for _, e := range effects {
		c.carryOut(e)
	}
}

func (c *child) carryOut(e effect) {
	switch e.kind {
	case efSpawn:
		c.spawn()
	case efAdopt:
		c.adopt()
	case efReady:
		c.ready()
	case efAskToEnd:
		c.askToEnd()
	case efTerminate:
		c.terminate()
	case efInterrupt:
		c.interrupt()
	case efStep:
		c.followPlan(c.spec.StopPlan[e.step])
	case efKill:
		_ = c.run.conn.Kill() // what is left after it shows in the exit
	case efArm:
		c.run.due[e.timer] = &rang{run: c.run, timer: e.timer}
		c.run.alarms[e.timer].Set(c.system, c.self, e.after, c.run.due[e.timer])
	case efDisarmOne:
		c.run.disarm(e.timer)
	case efDisarm:
		for t := range timers {
			c.run.disarm(t)
		}
	case efCut:
		c.run.goes(c.run.cutOff)
	case efEnd:
		c.end(true)
	case efStopped:
		c.answerStops()
	}
}

// emit tells the parent, the pool and the subscribers of a step in the
// child's life.
func (c *child) emit(event any, toParent bool) {
	if c.spec.OnEvent != nil {
		c.spec.OnEvent(event)
	}
	if toParent && c.parent != nil {
		c.system.Root.Send(c.parent, event)
	}
	marks := c.run != nil && c.run.wire != nil && c.run.wire.marks
	c.toPool(&MemberEvent{Member: c.spec.Member, Event: event, Marks: marks})
	for _, subscriber := range c.spec.Subscribers {
		c.system.Root.Send(subscriber, event)
	}
}
