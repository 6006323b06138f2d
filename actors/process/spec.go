package process

import (
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/asynkron/protoactor-go/actor"
	"github.com/hashicorp/go-multierror"
	"go.opentelemetry.io/otel/trace"

	"brood/actors/internal/mailbox"
	"brood/actors/protocol"
	"brood/ptyio"
	"brood/telemetry"
)

// Defaults of a Spec.
const (
	DefaultSlots             = 1
	DefaultStartTimeout      = 10 * time.Second
	DefaultGrace             = 5 * time.Second
	DefaultCancelGrace       = 5 * time.Second
	DefaultDrainTimeout      = 2 * time.Second
	DefaultStdinLimitBytes   = 1 << 20
	DefaultOutputWindowBytes = 256 << 10
)

// Spec says how to host one child. The zero value of every field but Command
// is usable.
type Spec struct {
	// Name is the child's name in telemetry: one of few. Zero: the name of
	// the command's executable.
	Name string
	// Command is what to run. Its Files come behind the descriptors of the
	// protocol, if there is one.
	Command ptyio.Command
	// Transport connects the child's standard streams. Nil means pipes.
	Transport ptyio.Transport
	// Protocol is the language of tasks. Nil: the child takes none.
	Protocol protocol.Protocol
	// Slots is how many tasks the child may hold at once. Zero means 1.
	Slots int
	// StartTimeout bounds the time from start to the protocol's hello. Zero
	// means 10 s.
	StartTimeout time.Duration
	// Grace is how long the child gets between the request to end and KILL,
	// unless a Stop says otherwise. Zero means 5 s.
	Grace time.Duration
	// CancelGrace is how long the child may take to answer a cancelled task
	// before it is killed. Zero means 5 s.
	CancelGrace time.Duration
	// DrainTimeout is how long after the child's end an output that somebody
	// else holds open is still read. Zero means 2 s.
	DrainTimeout time.Duration
	// StdinLimitBytes bounds what waits to be written to stdin. Zero means
	// 1 MiB.
	StdinLimitBytes int
	// Output is called for what the child prints, on the goroutine that reads
	// that stream: while it runs the child is not read, so a slow consumer
	// blocks the child. data is valid during the call. Nil: output is
	// dropped, unless OutputTo is set.
	Output func(stream Stream, data []byte)
	// OutputTo gets what the child prints as messages, which it must Ack.
	OutputTo *actor.PID
	// OutputWindowBytes bounds, per stream, what was sent to OutputTo and not
	// yet acknowledged. Zero means 256 KiB.
	OutputWindowBytes int
	// Subscribers get Started, Ready and Down besides the parent.
	Subscribers []*actor.PID
	// OnEvent is called with Started, Ready and Down in the actor's turn,
	// before they are sent. It must not block.
	OnEvent func(event any)
	// Pool is the pool that the child belongs to: it gets Freed and Returned
	// besides what subscribers get. Member is the pool's number for it.
	Pool   *actor.PID
	Member int
	// Telemetry records the child's hops. Nil records nothing.
	Telemetry *telemetry.Recorder
	// Cause is the span that the child's start belongs to.
	Cause trace.SpanContext
	// Goroutines counts the child's goroutines, for who wants to await their
	// end. Nil: nobody does.
	Goroutines *sync.WaitGroup
}

// Props checks the whole Spec and returns the props of its actor. The error
// lists every fault.
func (s Spec) Props() (*actor.Props, error) {
	if err := s.validate(); err != nil {
		return nil, err
	}
	s.setDefaults()
	return actor.PropsFromProducer(
		func() actor.Actor { return newChild(s) },
		actor.WithMailbox(mailbox.Producer),
	), nil
}

func (s *Spec) validate() error {
	var faults *multierror.Error
	fault := func(bad bool, format string, args ...any) {
		if bad {
			faults = multierror.Append(faults, fmt.Errorf("process: "+format, args...))
		}
	}
	fault(s.Command.Path == "", "Command.Path is empty")
	fault(s.Slots < 0, "Slots is %d", s.Slots)
	fault(s.StartTimeout < 0, "StartTimeout is %s", s.StartTimeout)
	fault(s.Grace < 0, "Grace is %s", s.Grace)
	fault(s.CancelGrace < 0, "CancelGrace is %s", s.CancelGrace)
	fault(s.DrainTimeout < 0, "DrainTimeout is %s", s.DrainTimeout)
	fault(s.StdinLimitBytes < 0, "StdinLimitBytes is %d", s.StdinLimitBytes)
	fault(s.OutputWindowBytes < 0, "OutputWindowBytes is %d", s.OutputWindowBytes)
	if s.Output != nil && s.OutputTo != nil {
		faults = multierror.Append(faults, errors.New("process: both Output and OutputTo are set"))
	}
	return faults.ErrorOrNil()
}

func (s *Spec) setDefaults() {
	if s.Name == "" {
		s.Name = s.Command.Name()
	}
	if s.Transport == nil {
		s.Transport = ptyio.Pipes{}
	}
	if s.Goroutines == nil {
		s.Goroutines = new(sync.WaitGroup)
	}
	orDefault(&s.Slots, DefaultSlots)
	orDefault(&s.StartTimeout, DefaultStartTimeout)
	orDefault(&s.Grace, DefaultGrace)
	orDefault(&s.CancelGrace, DefaultCancelGrace)
	orDefault(&s.DrainTimeout, DefaultDrainTimeout)
	orDefault(&s.StdinLimitBytes, DefaultStdinLimitBytes)
	orDefault(&s.OutputWindowBytes, DefaultOutputWindowBytes)
}

func orDefault[T comparable](field *T, value T) {
	var zero T
	if *field == zero {
		*field = value
	}
}

func (s *Spec) limits() limits {
	return limits{
		hello:        s.Protocol != nil,
		startTimeout: s.StartTimeout,
		grace:        s.Grace,
		drain:        s.DrainTimeout,
	}
}
