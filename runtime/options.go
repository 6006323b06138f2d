package runtime

import (
	"errors"
	"fmt"
	"io"
	"log/slog"
	"math"
	"time"

	"github.com/asynkron/protoactor-go/actor"
	"go.opentelemetry.io/otel/trace"
)

// Defaults of Options.
const (
	DefaultShutdownTimeout = 30 * time.Second
	DefaultSampleInterval  = time.Second
)

// leastInterval is the step in which the kernel counts processor time.
const leastInterval = 10 * time.Millisecond

// Options of a Runtime. The zero value is usable.
type Options struct {
	// System is the actor system to live in. Nil: one of its own. The Runtime
	// never shuts a given system down.
	System *actor.ActorSystem
	// TracerProvider records what happens as spans. Nil means the global
	// provider of the OpenTelemetry API as it is when New is called; if no SDK
	// is configured, nothing is recorded and next to nothing is paid.
	TracerProvider trace.TracerProvider
	// TraceOneIn is how many tasks and actors' messages there are for each that
	// begins a trace, picked at random, of those that no span has caused. It is
	// decided before the SDK is asked, so that the others cost next to nothing;
	// what the SDK's own sampler turns down costs half as much as a fast task. Zero
	// and one mean all: the sampler decides alone. Starts, runs and probes of children
	// are not counted, and a task whose Cause or context is sampled is always
	// traced.
	TraceOneIn int
	// Logger takes the log of the actor system that the Runtime makes. Nil
	// drops it. It can not be set together with System.
	Logger *slog.Logger
	// StartsPerSecond is a ceiling on how often supervised children are started,
	// all together: what is over it waits. As many as in one second may come at
	// once. Zero: none.
	StartsPerSecond float64
	// ShutdownTimeout bounds the shutdown that a signal starts (see
	// HandleSignals). Zero means 30 s.
	ShutdownTimeout time.Duration
	// SampleInterval is the time between two samples of what the children use;
	// see Process.Samples. Zero means 1 s; the least is 10 ms, the step in which
	// the kernel counts processor time.
	SampleInterval time.Duration
}

func (o *Options) validate() error {
	var faults []error
	if o.System != nil && o.Logger != nil {
		faults = append(faults, errors.New("both System and Logger are set"))
	}
	if !(o.StartsPerSecond >= 0) || math.IsInf(o.StartsPerSecond, 0) {
		faults = append(faults, fmt.Errorf("StartsPerSecond is %v", o.StartsPerSecond))
	}
	if o.TraceOneIn < 0 {
		faults = append(faults, fmt.Errorf("TraceOneIn is %d", o.TraceOneIn))
	}
	if o.ShutdownTimeout < 0 {
		faults = append(faults, fmt.Errorf("ShutdownTimeout is %s", o.ShutdownTimeout))
	}
	if o.SampleInterval != 0 && o.SampleInterval < leastInterval {
		faults = append(faults, fmt.Errorf("SampleInterval is %s, want at least %s", o.SampleInterval, leastInterval))
	}
	return joinFaults("options", faults...)
}

func (o *Options) setDefaults() {
	if o.ShutdownTimeout == 0 {
		o.ShutdownTimeout = DefaultShutdownTimeout
	}
	if o.SampleInterval == 0 {
		o.SampleInterval = DefaultSampleInterval
	}
	if o.System != nil {
		return
	}
	logger := o.Logger
	if logger == nil {
		logger = slog.New(slog.NewTextHandler(io.Discard, &slog.HandlerOptions{Level: slog.LevelError + 1}))
	}
	o.System = actor.NewActorSystem(actor.WithLoggerFactory(func(*actor.ActorSystem) *slog.Logger { return logger }))
}
