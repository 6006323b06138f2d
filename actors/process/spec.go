package process

import (
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/asynkron/protoactor-go/actor"
	"github.com/hashicorp/go-multierror"
	"go.opentelemetry.io/otel/trace"

	"brood/actors"
	"brood/actors/health"
	"brood/actors/internal/mailbox"
	"brood/actors/protocol"
	"brood/ptyio"
	"brood/telemetry"
)

// Defaults of a Spec.
const (
	DefaultPrefetch          = 1
	DefaultStartTimeout      = 10 * time.Second
	DefaultGrace             = 5 * time.Second
	DefaultCancelGrace       = 5 * time.Second
	DefaultCancelStep        = time.Second
	DefaultDrainTimeout      = 2 * time.Second
	DefaultStdinLimitBytes   = 1 << 20
	DefaultOutputWindowBytes = 256 << 10
	DefaultMaxLineBytes      = 64 << 10
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
	// Prefetch is how many tasks the child may hold at once. Zero means 1.
	Prefetch int
	// Ready proves that the child is ready for work, besides the protocol's
	// hello, if there is one. Nil: it is ready with its hello, without a protocol
	// when it runs.
	Ready health.Probe
	// Health are checks of a child that is ready. One that fails too often ends
	// the child with ReasonUnhealthy: by its stop, as if asked for, if it gave an
	// answer, and by KILL at once if it is unresponsive or was stopped.
	Health []health.Check
	// StartTimeout bounds the time from start to Ready. Zero means 10 s.
	StartTimeout time.Duration
	// Grace is how long the child gets between the request to end and KILL,
	// unless a Stop says otherwise. It bounds a StopPlan. Zero means 5 s, with a
	// StopPlan the time that it takes.
	Grace time.Duration
	// StopPlan is how the child is asked to end. Nil: as StopPlan describes.
	StopPlan StopPlan
	// CancelGrace is how long the child may take to answer a cancelled task, in
	// any way, and is kept. Then its tree gets INT, and is replaced. Zero means
	// 5 s.
	CancelGrace time.Duration
	// CancelStep is how long it then has to end before TERM, and again as long
	// before KILL. Zero means 1 s.
	CancelStep time.Duration
	// DrainTimeout is how long after the child's end an output that somebody
	// else holds open is still read. Zero means 2 s.
	DrainTimeout time.Duration
	// StdinLimitBytes bounds what waits to be written to stdin. Zero means
	// 1 MiB.
	StdinLimitBytes int
	// Output is called for what the child prints, on the goroutine that reads
	// that stream: while it runs the child is not read, so a slow consumer
	// blocks the child. data is valid during the call.
	//
	// Output, Lines and OutputTo exclude each other. What none of them, StdoutTo
	// or StderrTo takes is read and dropped.
	Output func(stream Stream, data []byte)
	// Lines is called for each line that the child prints, as Output is. A line
	// longer than MaxLineBytes comes in pieces.
	Lines func(line actors.Line)
	// MaxLineBytes is the length of the longest line, or piece of one, that Lines
	// gets. Zero means 64 KiB.
	MaxLineBytes int
	// OutputTo gets what the child prints as messages, which it must Ack.
	OutputTo *actor.PID
	// StdoutTo and StderrTo take one of the outputs instead of the above.
	StdoutTo, StderrTo *Reader
	// Overflow says what happens to output that is not consumed as fast as it
	// comes. Zero: the child is held. With Drop, Output and Lines are called on
	// a goroutine of their own, and what a child prints is read at any rate.
	Overflow Overflow
	// OutputWindowBytes bounds, per stream, what was sent to OutputTo and not
	// yet acknowledged, and with Drop what waits for Output or Lines. Zero means
	// 256 KiB.
	OutputWindowBytes int
	// Subscribers get Started, Ready and Down besides the parent, and OverLimit.
	Subscribers []*actor.PID
	// OnEvent is called with Connected, Started, Ready, OverLimit and Down in the
	// actor's turn, before they are sent. It must not block.
	OnEvent func(event any)
	// Pool is the pool that the child belongs to: it gets Freed and Returned
	// besides what subscribers get. Member is the pool's number for it.
	Pool   *actor.PID
	Member int
	// Load is how many tasks are under way in the pool, which the pool keeps up to
	// date. Nil, and without a pool: the child's own count.
	Load *atomic.Int32
	// Telemetry records the child's hops. Nil records nothing.
	Telemetry *telemetry.Recorder
	// Cause is the span that the child's start belongs to.
	Cause trace.SpanContext
	// Goroutines counts the child's goroutines, for who wants to await their
	// end. Nil: nobody does.
	Goroutines *sync.WaitGroup

	confirmDelay time.Duration // for tests; zero means confirmDelay
}

// Props checks the whole Spec and returns the props of its actor. The error
// lists every fault.
func (s Spec) Props() (*actor.Props, error) {
	if err := s.validate(); err != nil {
		return nil, err
	}
	s.setDefaults()
	return actor.PropsFromProducer(
		func() actor.Actor { return newChild(&s) },
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
	fault(s.Prefetch < 0, "Prefetch is %d", s.Prefetch)
	fault(s.StartTimeout < 0, "StartTimeout is %s", s.StartTimeout)
	fault(s.Grace < 0, "Grace is %s", s.Grace)
	fault(s.CancelGrace < 0, "CancelGrace is %s", s.CancelGrace)
	fault(s.CancelStep < 0, "CancelStep is %s", s.CancelStep)
	fault(s.DrainTimeout < 0, "DrainTimeout is %s", s.DrainTimeout)
	fault(s.StdinLimitBytes < 0, "StdinLimitBytes is %d", s.StdinLimitBytes)
	fault(s.OutputWindowBytes < 0, "OutputWindowBytes is %d", s.OutputWindowBytes)
	fault(s.MaxLineBytes < 0, "MaxLineBytes is %d", s.MaxLineBytes)
	fault(s.Overflow > Drop, "unknown Overflow %d", s.Overflow)
	fault(s.consumers() > 1, "more than one of Output, Lines and OutputTo is set")
	fault(s.StdoutTo != nil && s.StdoutTo == s.StderrTo, "StdoutTo and StderrTo are the same")
	faults = multierror.Append(faults, s.StopPlan.faults(s.Protocol != nil)...)
	faults = multierror.Append(faults, s.watchFaults()...)
	return faults.ErrorOrNil()
}

func (s *Spec) consumers() (n int) {
	for _, set := range []bool{s.Output != nil, s.Lines != nil, s.OutputTo != nil} {
		if set {
			n++
		}
	}
	return n
}

// reader returns who reads the stream, or nil.
func (s *Spec) reader(stream Stream) *Reader {
	if stream == stderr {
		return s.StderrTo
	}
	return s.StdoutTo
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
	if s.Load == nil {
		s.Load = new(atomic.Int32)
	}
	s.Health = slices.Clone(s.Health)
	for i := range s.Health {
		s.Health[i] = s.Health[i].WithDefaults()
	}
	orDefault(&s.Prefetch, DefaultPrefetch)
	orDefault(&s.StartTimeout, DefaultStartTimeout)
	orDefault(&s.MaxLineBytes, DefaultMaxLineBytes)
	if len(s.StopPlan) == 0 {
		orDefault(&s.Grace, DefaultGrace)
	}
	orDefault(&s.CancelGrace, DefaultCancelGrace)
	orDefault(&s.CancelStep, DefaultCancelStep)
	orDefault(&s.confirmDelay, confirmDelay)
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
		proof:        s.Ready != nil,
		grace:        s.Grace,
		startTimeout: s.StartTimeout,
		plan:         s.StopPlan,
		drain:        s.DrainTimeout,
		cancelStep:   s.CancelStep,
	}
}
