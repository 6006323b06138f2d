package runtime

import (
	"context"
	"errors"
	"fmt"
	"math"
	"os"
	"sync"

	"github.com/asynkron/protoactor-go/actor"

	"brood/actors"
	"brood/actors/protocol"
	"brood/actors/supervisor"
	"brood/runtime/worker"
	"brood/telemetry"
)

// Runtime owns children and the actors around them. New makes one; the zero
// value is of no use. Safe for concurrent use.
type Runtime struct {
	options   Options
	system    *actor.ActorSystem
	recorder  *telemetry.Recorder
	root      *actor.PID
	rootEnded chan struct{}
	// goroutines counts what Shutdown awaits; see the ledger.
	goroutines sync.WaitGroup
	urgent     context.Context // ends when everything is to end at once
	kill       context.CancelFunc

	mu        sync.Mutex
	services  []service // in the order of their start
	names     map[string]int
	stopping  chan struct{}  // closed when nothing is accepted any more
	stopped   chan struct{}  // closed when Shutdown is done
	signal    os.Signal      // that made it stop
	signals   chan os.Signal // nil while nobody handles them
	handlers  int            // how many callers of HandleSignals have not released
	unhandled chan struct{}  // closed when the last of them has
	err       error          // what Shutdown reports; set before stopped is closed

	starts    *supervisor.StartLimit // nil: none
	reporting reporting              // of the shutdown
	watched   bool                   // the service manager's watchdog is fed

	sampler *sampler // of what the children use

	childrenMu sync.Mutex       // taken in the turns of process actors
	children   map[string]Child // by the id of the actor
}

// service is what Shutdown ends: a handle.
type service interface {
	// title is what a report calls it.
	title() string
	// drain waits until what was accepted is done, and refuses more.
	drain(ctx context.Context) error
	// stop ends the children: in order until ctx is done, then at once.
	// When last is done it returns, whatever is still there.
	stop(ctx, last context.Context) error
	// urge makes a stop that is under way, or will be, one without grace.
	urge()
}

// New returns a Runtime. It starts no child and no goroutine. The error lists
// every fault of the options; it matches ErrWorkerNotServing in a process that
// was started as a worker and has not called worker.Serve: such a program would
// start itself again and again.
func New(options Options) (*Runtime, error) {
	if err := options.validate(); err != nil {
		return nil, err
	}
	if os.Getenv(protocol.EnvWire) != "" { // Serve takes it away
		return nil, fmt.Errorf("runtime: %w: %q", ErrWorkerNotServing, worker.Name())
	}
	options.setDefaults()
	rt := &Runtime{
		options:   options,
		system:    options.System,
		recorder:  telemetry.New(options.TracerProvider, options.TraceOneIn),
		rootEnded: make(chan struct{}),
		names:     map[string]int{},
		stopping:  make(chan struct{}),
		stopped:   make(chan struct{}),
		children:  map[string]Child{},
	}
	if most := options.StartsPerSecond; most > 0 {
		rt.starts, _ = supervisor.NewStartLimit(most, int(math.Ceil(most))) // both are positive
	}
	rt.sampler = newSampler(rt.system, &rt.goroutines, options.SampleInterval)
	rt.urgent, rt.kill = context.WithCancel(context.Background())
	if err := rt.spawnRoot(); err != nil {
		return nil, err
	}
	rt.answerLetters()
	return rt, nil
}

// System returns the actor system that the Runtime lives in.
func (rt *Runtime) System() *actor.ActorSystem { return rt.system }

// PID returns the actor above all of the runtime's own.
func (rt *Runtime) PID() *actor.PID { return rt.root }

// Stopping returns a channel that is closed when the Runtime accepts nothing
// any more.
func (rt *Runtime) Stopping() <-chan struct{} { return rt.stopping }

// Done returns a channel that is closed when Shutdown has ended.
func (rt *Runtime) Done() <-chan struct{} { return rt.stopped }

// admit enters a service into the order of shutdown, unless it has begun.
func (rt *Runtime) admit(s service) error {
	rt.mu.Lock()
	defer rt.mu.Unlock()
	if rt.isStopping() {
		return fmt.Errorf("runtime: %w", actors.ErrStopping)
	}
	rt.services = append(rt.services, s)
	return nil
}

// dismiss takes out a service that has ended.
func (rt *Runtime) dismiss(s service) {
	rt.mu.Lock()
	defer rt.mu.Unlock()
	for i, known := range rt.services {
		if known == s {
			rt.services = append(rt.services[:i:i], rt.services[i+1:]...)
			return
		}
	}
}

func (rt *Runtime) isStopping() bool {
	select {
	case <-rt.stopping:
		return true
	default:
		return false
	}
}

// name makes an actor's name unique among the runtime's.
func (rt *Runtime) name(kind, name string) string {
	rt.mu.Lock()
	defer rt.mu.Unlock()
	base := kind + "-" + clean(name)
	rt.names[base]++
	return fmt.Sprintf("%s-%d", base, rt.names[base])
}

// clean makes any text fit for an actor's name.
func clean(name string) string {
	b := []byte(name)
	for i, c := range b {
		switch {
		case c >= 'a' && c <= 'z', c >= 'A' && c <= 'Z', c >= '0' && c <= '9', c == '-', c == '_', c == '.':
		default:
			b[i] = '_'
		}
	}
	return string(b[:min(len(b), 64)])
}

// errNoRoot says that the actor above all others is gone: somebody stopped the
// whole actor system's actors.
var errNoRoot = errors.New("runtime: its root actor has ended")
