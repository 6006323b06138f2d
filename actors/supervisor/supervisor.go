package supervisor

import (
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
	if err := spec.validate(); err != nil {
		return nil, err
	}
	spec.Children = slices.Clone(spec.Children)
	spec.Subscribers = slices.Clone(spec.Subscribers)
	return actor.PropsFromProducer(func() actor.Actor { return newSupervisor(&spec) }), nil
}

// phase is where a supervisor is in its life.
type phase uint8

const (
	running  phase = iota
	stopping       // the children are being stopped one by one
	leaving        // the actor itself is ending
)

// supervisor is the actor. Its fields belong to its turn.
type supervisor struct {
	spec     *Spec // shared by the actors of one Props
	policy   Policy
	children []*child
	byPID    map[string]*child // children with an actor, by the PID's Id; nil if they are few
	self     *actor.PID
	origin   time.Time // of the monotonic clock

	phase   phase
	history History
	gaveUp  error

	teardown teardown
	alarm    alarm.Alarm  // of the teardown
	overdue  *stopOverdue // what the alarm will post; older ones are void
	askers   []*actor.PID // who is owed a Stopped
	problems *multierror.Error
}

var (
	_ actor.Actor              = (*supervisor)(nil)
	_ actor.SupervisorStrategy = (*supervisor)(nil)
)

// What the supervisor posts to itself. As user messages they are handled after
// all that was posted before, also by those who have ended since.
type (
	restartDue  struct{ child *child } // the backoff is over
	endOverdue  struct{ child *child } // the actor that panicked has not ended
	stopOverdue struct{ _ byte }       // a step of the teardown took too long; not empty: told apart by address
	gone        struct {               // the child's actor has ended
		child *child
		pid   *actor.PID
	}
	leave struct{ asked int } // no child is left; so many had asked for it then
)

// fewChildren are found as fast without a map, which a supervisor of one child,
// of which there can be thousands, need not have.
const fewChildren = 8

func newSupervisor(spec *Spec) *supervisor {
	s := &supervisor{
		spec:   spec,
		policy: spec.policy(),
		origin: time.Now(),
	}
	if len(spec.Children) > fewChildren {
		s.byPID = make(map[string]*child, len(spec.Children))
	}
	for i, c := range spec.Children {
		s.children = append(s.children, &child{Child: c, index: i})
	}
	return s
}

// Receive handles one message.
func (s *supervisor) Receive(ctx actor.Context) {
	switch msg := ctx.Message().(type) {
	case *actor.Started:
		s.self = ctx.Self()
		s.begin(ctx)
	case *actors.Started:
		s.childStarted(msg)
	case *actors.Down:
		s.childDown(ctx, msg)
	case *actor.Terminated:
		s.childTerminated(ctx, msg)
	case *gone:
		s.childGone(ctx, msg)
	case *restartDue:
		s.restart(ctx, msg)
	case *endOverdue:
		s.endOverdue(ctx, msg)
	case *actors.Stop:
		s.stop(ctx, msg)
	case *actors.Stopped:
		s.childStopped(ctx, msg)
	case *stopOverdue:
		s.stopOverdue(ctx, msg)
	case leave:
		s.quit(ctx, msg)
	case *actor.Restarting:
		s.forget()
	case *actor.Stopping:
		s.leave(ctx)
	case *actor.Stopped:
		s.farewell(ctx)
	}
}

// begin starts the children from left to right, unless starting one of them
// already was a failure too many.
func (s *supervisor) begin(ctx actor.Context) {
	for _, c := range s.children {
		if s.phase == running {
			s.launch(ctx, c)
		}
	}
}

func (s *supervisor) emit(event Event) {
	if s.spec.OnEvent != nil {
		s.spec.OnEvent(event)
	}
}

// now is the time on the supervisor's monotonic clock.
func (s *supervisor) now() time.Duration { return time.Since(s.origin) }
