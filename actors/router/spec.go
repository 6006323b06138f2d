package router

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/asynkron/protoactor-go/actor"
	"github.com/hashicorp/go-multierror"

	"brood/actors/internal/mailbox"
	"brood/telemetry"
)

// DefaultQueueLimit is Spec.QueueLimit's default.
const DefaultQueueLimit = 1024

// WhenEmpty says what becomes of a task that no member can take now, since there
// is none, or all are busy or not running.
type WhenEmpty uint8

const (
	// EmptyWaits keeps it until a member can take it, up to QueueLimit tasks.
	EmptyWaits WhenEmpty = iota
	// EmptyRefuses answers it with ErrNoMember at once; the error matches ErrBusy, too,
	// if there are members.
	EmptyRefuses
)

// Spec describes a router. The zero value is one without members that gives each
// a task in turn.
type Spec struct {
	// Name is the router's name in telemetry: one of few.
	Name string
	// Policy says who gets a task. Nil means RoundRobin.
	Policy Policy
	// Members are those that it begins with; others come by Join.
	Members []Member
	// WhenEmpty says what becomes of a task that no member can take now.
	WhenEmpty WhenEmpty
	// QueueLimit is how many tasks may wait for a member; the next one is refused
	// with ErrQueueFull. Zero means 1,024.
	QueueLimit int
	// OnUndone, if it is not nil, is called in the actor's turn with each task that
	// was accepted and is not done because the router ends, before it is answered.
	// It must not block.
	OnUndone func(Undone)
	// OnEnd, if it is not nil, is called in the actor's last turn. It must not
	// block.
	OnEnd func()
	// Telemetry records the tasks' hops. Nil records nothing.
	Telemetry *telemetry.Recorder
	// Random is the source of randomness, used in the actor's turns only. Nil
	// means one with a random seed.
	Random *rand.Rand
	// Clock returns the time. Nil means time.Now.
	Clock func() time.Time
}

// Props checks the whole Spec and returns the props of the router's actor. The
// error lists every fault.
func (s Spec) Props() (*actor.Props, error) {
	if err := s.check(); err != nil {
		return nil, err
	}
	if s.Policy == nil {
		s.Policy = RoundRobin{}
	}
	if s.QueueLimit == 0 {
		s.QueueLimit = DefaultQueueLimit
	}
	if s.Clock == nil {
		s.Clock = time.Now
	}
	return actor.PropsFromProducer(
		func() actor.Actor { return newRouter(s) },
		actor.WithMailbox(mailbox.Producer),
	), nil
}

func (s Spec) check() error {
	var faults *multierror.Error
	fault := func(text string) { faults = multierror.Append(faults, errors.New("router: "+text)) }
	for _, text := range faultsOf(s.Policy) {
		fault(text)
	}
	if s.QueueLimit < 0 {
		fault(fmt.Sprintf("QueueLimit is %d, want at least 0", s.QueueLimit))
	}
	if s.WhenEmpty > EmptyRefuses {
		fault(fmt.Sprintf("WhenEmpty is %d, which has no meaning", s.WhenEmpty))
	}
	for i, m := range s.Members {
		if m.PID == nil {
			fault(fmt.Sprintf("Members[%d] has no PID", i))
		}
		if m.Prefetch < 0 {
			fault(fmt.Sprintf("Members[%d].Prefetch is %d, want at least 0", i, m.Prefetch))
		}
	}
	return faults.ErrorOrNil()
}

// faultsOf are the faults of a policy that can have some.
func faultsOf(p Policy) []string {
	if checked, ok := p.(interface{ faults() []string }); ok {
		return checked.faults()
	}
	return nil
}
