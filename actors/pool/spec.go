package pool

import (
	"fmt"
	"math/rand/v2"
	"strconv"
	"sync/atomic"
	"time"

	"github.com/asynkron/protoactor-go/actor"
	"github.com/hashicorp/go-multierror"

	"brood/actors/internal/mailbox"
	"brood/actors/supervisor"
	"brood/telemetry"
)

// MaxSize is how many members a pool can have.
const MaxSize = 1 << 16

// Defaults of a Spec.
const (
	DefaultQueueLimit  = 1024
	DefaultMaxAttempts = 3
)

// Spec says how to spread tasks. Size is required.
type Spec struct {
	// Name is the pool's name in telemetry: one of few.
	Name string
	// Size is how many members the pool has, at most MaxSize. They are numbered from 0 and
	// report under that number (process.Spec's Pool and Member).
	Size int
	// Prefetch is how many tasks a member may hold at once. Zero: as many as its
	// pace allows, at most MaxPrefetch, if it marks what it begins; else 1.
	Prefetch int
	// QueueLimit is how many tasks may wait since no member that may get them has
	// room. Zero means 1,024.
	QueueLimit int
	// QueueLimitBytes bounds the payloads of those that wait. A task that is larger
	// by itself is refused with ErrTooLarge, even if it need not wait. Zero means no
	// bound.
	QueueLimitBytes int
	// WhenFull is what becomes of a task that must wait and has no room to. Zero:
	// it is refused with ErrQueueFull.
	WhenFull WhenFull
	// Order says which task is next.
	Order Order
	// MaxAttempts is how many workers may die with a repeatable task before it is
	// poison: it is answered with a *actors.PoisonError and set aside. Workers
	// that were stopped, recycled or ended for a limit do not count; but after as
	// many of those the task is answered with a *actors.WorkerExitedError. Zero
	// means 3.
	MaxAttempts int
	// Scale says how the number of members follows the work. Zero: it does not, and
	// Size counts. Otherwise Size is how many there are at first: Scale.Start.
	Scale Scale
	// Recycle says when members are replaced.
	Recycle Recycle
	// Numbers is how many members there can be at the same time at most: those that
	// are being replaced and their successors together. Zero means any number.
	Numbers int
	// Supervisor returns the one whose children the members are, and Child describes
	// the member with this number to it, under the ID that MemberID gives. They are
	// called in turns of actors and must not block. Without them the members are
	// those of the beginning.
	Supervisor func() *actor.PID
	Child      MakeChild
	// RepeatBackoff is the pause before a repeatable task is run again after a
	// worker died with it. Zero means none.
	RepeatBackoff RepeatBackoff
	// PoisonLimit is how many tasks are kept set aside; one more, and the one that
	// has been for the longest is dropped. Zero means 100.
	PoisonLimit int
	// OnUndone, if not nil, is called in the actor's turn with each task that was
	// accepted and is not done because the pool stops, before it is answered. It
	// must not block.
	OnUndone func(Undone)
	// Load is told how many tasks are under way; see process.Spec. Nil: nobody is.
	Load *atomic.Int32
	// Telemetry records the tasks' hops. Nil records nothing.
	Telemetry *telemetry.Recorder

	random func() float64 // from 0 to 1; nil: the usual one
}

// MakeChild describes the member with this number.
type MakeChild func(member int) (supervisor.Child, error)

// MemberID names a member among its supervisor's children.
func MemberID(member int) string { return memberPrefix + strconv.Itoa(member) }

const memberPrefix = "worker-"

// Undone is a task that was accepted and is not done.
type Undone struct {
	// Tag is the task's.
	Tag any
	// Attempts counts how often it was handed to a member.
	Attempts int
	// Err is the answer.
	Err error
}

// Props checks the whole Spec and returns the props of the pool's actor. The
// error lists every fault.
func (s Spec) Props() (*actor.Props, error) {
	var faults *multierror.Error
	for _, n := range []struct {
		name         string
		value, least int
	}{
		{"Size", s.Size, 1}, {"Prefetch", s.Prefetch, 0}, {"QueueLimit", s.QueueLimit, 0}, {"MaxAttempts", s.MaxAttempts, 0},
		{"QueueLimitBytes", s.QueueLimitBytes, 0}, {"Order.KeyLimit", s.Order.KeyLimit, 0},
		{"PoisonLimit", s.PoisonLimit, 0},
	} {
		if n.value < n.least {
			faults = multierror.Append(faults, fmt.Errorf("pool: %s is %d, want at least %d", n.name, n.value, n.least))
		}
	}
	if s.Size > MaxSize {
		faults = multierror.Append(faults, fmt.Errorf("pool: Size is %d, want at most %d", s.Size, MaxSize))
	}
	if s.Numbers > 0 && s.Numbers < max(s.Size, s.Scale.Max) {
		faults = multierror.Append(faults, fmt.Errorf("pool: there are slots for %d workers, want %d", s.Numbers, max(s.Size, s.Scale.Max)))
	}
	faults = multierror.Append(faults, append(s.Scale.faults(), s.Recycle.faults()...)...)
	faults = multierror.Append(faults, s.RepeatBackoff.faults()...)
	if s.Order.Ageing < 0 {
		faults = multierror.Append(faults, fmt.Errorf("pool: Order.Ageing is %s, want at least 0", s.Order.Ageing))
	}
	if s.WhenFull > PushOut {
		faults = multierror.Append(faults, fmt.Errorf("pool: WhenFull is %d, want Refuse, Wait or PushOut", s.WhenFull))
	}
	if err := faults.ErrorOrNil(); err != nil {
		return nil, err
	}
	if s.random == nil {
		s.random = rand.Float64
	}
	if s.QueueLimit == 0 {
		s.QueueLimit = DefaultQueueLimit
	}
	if s.MaxAttempts == 0 {
		s.MaxAttempts = DefaultMaxAttempts
	}
	if s.PoisonLimit == 0 {
		s.PoisonLimit = DefaultPoisonLimit
	}
	return actor.PropsFromProducer(
		func() actor.Actor { return newPool(s) },
		actor.WithMailbox(mailbox.Producer),
	), nil
}

// queue returns an empty queue.
func (s *Spec) queue() queue {
	start := time.Now()
	return newQueue(s.Order, room{tasks: s.QueueLimit, bytes: s.QueueLimitBytes, whenFull: s.WhenFull},
		func() time.Duration { return time.Since(start) })
}
