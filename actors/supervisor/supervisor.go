package supervisor

import (
	"math/rand/v2"
	"slices"
	"time"

	"github.com/asynkron/protoactor-go/actor"
	"github.com/hashicorp/go-multierror"

	"brood/actors"
	"brood/actors/internal/alarm"
)

// Props returns what spawns a supervisor: each actor spawned from it is one
// with children of its own. The error names every fault of spec at once, as a
// *multierror.Error. Changing spec's slices afterwards has no effect.
//
// The actor starts its children when it starts. It ends after actors.Stop,
// which anyone may send it, after giving up, or when it is stopped as an actor.
func Props(spec Spec) (*actor.Props, error) {
	spec.Children = slices.Clone(spec.Children)
	spec.Subscribers = slices.Clone(spec.Subscribers)
	if err := spec.validate(); err != nil {
		return nil, err
	}
	return actor.PropsFromProducer(func() actor.Actor { return newSupervisor(&spec) }), nil
}

// supervisor is the actor around the machine. Its fields belong to its turn.
type supervisor struct {
	*machine
	byPID  map[string]*child // children with an actor, by the PID's Id; nil while they are few
	system *actor.ActorSystem
	self   *actor.PID
	origin time.Time // of the monotonic clock
	queue  []input   // what is still to be told to the machine
	busy   bool      // it is being told

	leaving    bool // the actor itself is ending
	groupAlarm alarm.Alarm
	groupDue   *groupDue    // what it will post; older ones are void
	exitAlarm  alarm.Alarm  // of the end of the actor itself
	overdue    *exitOverdue // what it will post
	askers     []*actor.PID // who is owed a Stopped
	problems   *multierror.Error
	untold     int            // how many more there were
	leftBehind map[string]int // how many actors under a child's ID were; nil for none
}

var (
	_ actor.Actor              = (*supervisor)(nil)
	_ actor.SupervisorStrategy = (*supervisor)(nil)
)

// What the supervisor posts to itself. As user messages they are handled after
// all that was posted before, also by those who have ended since.
type (
	rang        struct{ child *child } // the child's alarm
	launchDue   struct{ child *child } // the limit lets it start
	endOverdue  struct{ child *child } // the actor that panicked has not ended
	groupDue    struct{ _ byte }       // not empty: told apart by address
	exitOverdue struct{ _ byte }       // actors keep this one from ending
	gone        struct {               // the child's actor has ended
		child *child
		pid   *actor.PID
	}
	leave struct{ asked int } // no child is left; so many had asked for it then
)

func newSupervisor(spec *Spec) *supervisor {
	return &supervisor{machine: newMachine(spec), origin: time.Now()}
}

// Receive handles one message.
func (s *supervisor) Receive(ctx actor.Context) {
	switch msg := ctx.Message().(type) {
	case *actor.Started:
		s.system, s.self = ctx.ActorSystem(), ctx.Self()
		s.tell(ctx, input{kind: inBegin})
	case *actors.Started:
		s.childRuns(msg.Who)
	case *actors.Ready:
		s.childReady(ctx, msg.Who)
	case *actors.Down:
		s.childDown(ctx, msg)
	case *actors.Stopped:
		s.childStopped(ctx, msg)
	case *actor.Terminated:
		s.childTerminated(ctx, msg)
	case *gone:
		s.childGone(ctx, msg)
	case *rang:
		if msg.child.takes(msg) {
			s.tell(ctx, input{kind: inDue, child: msg.child})
		}
	case *launchDue:
		if msg.child.takes(msg) {
			s.start(ctx, msg.child)
		}
	case *endOverdue:
		if msg.child.takes(msg) && msg.child.pid != nil {
			s.leaveBehind(msg.child.pid)
		}
	case *groupDue:
		if msg == s.groupDue {
			s.tell(ctx, input{kind: inGroupDue})
		}
	case *exitOverdue:
		s.exitOverdue(ctx, msg)
	case *Call:
		msg.sender = ctx.Sender()
		s.tell(ctx, input{kind: inCall, call: msg})
	case *actors.Stop:
		s.asked(ctx, msg)
	case leave:
		s.quit(ctx, msg)
	case *actor.Restarting:
		s.cutTies()
	case *actor.Stopping:
		s.depart()
	case *actor.Stopped:
		s.farewell(ctx)
	}
}

// tell tells the machine what happened, and does what it says. What comes out of
// that in the same turn follows after it.
func (s *supervisor) tell(ctx actor.Context, in input) {
	if s.leaving {
		return
	}
	s.queue = append(s.queue, in)
	if s.busy {
		return
	}
	s.busy = true
	for len(s.queue) > 0 {
		in := s.queue[0]
		s.queue = s.queue[1:]
		in.now, in.random = time.Since(s.origin), rand.Float64()
		for _, e := range s.step(in) {
			s.carryOut(ctx, e)
		}
	}
	s.queue, s.busy = nil, false
}

// carryOut does one thing that the machine said.
func (s *supervisor) carryOut(ctx actor.Context, e effect) {
	c := e.child
	switch e.kind {
	case fxLaunch:
		s.launch(ctx, c)
	case fxAsk:
		s.askToStop(ctx, c, e.grace)
		s.wake(c, e.after, &rang{child: c})
	case fxEnd:
		if e.late {
			s.problem("child %s: no answer to Stop, its actor is stopped", c.ID)
		}
		ctx.Stop(c.pid)
		s.wake(c, e.after, &rang{child: c})
	case fxAbandon:
		s.problem("child %s: its actor does not end", c.ID)
		s.leaveBehind(c.pid)
	case fxArm:
		s.wake(c, e.after, &rang{child: c})
	case fxQuiet:
		c.quiet()
	case fxArmGroup:
		s.groupDue = &groupDue{}
		s.groupAlarm.Set(s.system, s.self, e.after, s.groupDue)
	case fxQuietGroup:
		s.groupAlarm.Stop()
		s.groupDue = nil
	case fxEmit:
		s.report(e.event)
	case fxAnswer:
		s.reply(ctx, e.call, e.answer)
	case fxReady:
		s.announceReady(ctx)
	case fxLeave:
		ctx.Send(s.self, leave{asked: len(s.askers)})
	}
}

func (s *supervisor) report(event Event) {
	if s.spec.OnEvent != nil {
		s.spec.OnEvent(event)
	}
}

// reply answers a call. The machine's times become those of the wall clock.
func (s *supervisor) reply(ctx actor.Context, call *Call, answer *Answer) {
	for i := range answer.Children {
		if next := &answer.Children[i].NextTry; !next.IsZero() {
			*next = s.origin.Add(next.Sub(time.Time{}))
		}
	}
	switch {
	case call.Reply != nil:
		call.Reply <- answer
	case call.sender != nil:
		ctx.Send(call.sender, answer)
	}
}

// announceReady tells a supervisor above that all children have started.
func (s *supervisor) announceReady(ctx actor.Context) {
	if parent := ctx.Parent(); parent != nil {
		ctx.Send(parent, &actors.Started{Who: s.self, Incarnation: 1})
		ctx.Send(parent, &actors.Ready{Who: s.self, Incarnation: 1})
	}
	s.report(AllStarted{})
}
