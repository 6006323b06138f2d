package process

import (
	"context"
	"fmt"
	"sync/atomic"
	"time"

	"brood/actors"
	"brood/actors/health"
)

// watch is what looks at one incarnation: the proof that it is ready, the checks
// of its health, and the socket on which it speaks for itself.
type watch struct {
	child  health.Child
	proof  func(context.Context) error   // nil: none is wanted
	checks []func(context.Context) error // as in Spec.Health

	unproven atomic.Pointer[error] // why the proof failed last; nil if it has not

	// The actor's.
	ready   chan struct{} // closed at Ready
	readyAt time.Time
	cancel  context.CancelFunc // ends all that looks; nil before it begins
}

// watchFaults returns everything that is wrong with Ready and Health.
func (s *Spec) watchFaults() (faults []error) {
	if s.Ready != nil {
		if err := health.ValidateProof(s.Ready); err != nil {
			faults = append(faults, fmt.Errorf("process: Ready: %w", err))
		}
	}
	for i, check := range s.Health {
		if err := check.Validate(s.Protocol != nil); err != nil {
			faults = append(faults, fmt.Errorf("process: Health[%d]: %w", i, err))
		}
	}
	return faults
}

// newWatch returns nil if there is nothing to look at.
func newWatch(spec *Spec) *watch {
	if spec.Ready == nil && len(spec.Health) == 0 {
		return nil
	}
	return &watch{ready: make(chan struct{})}
}

// open prepares the probes before the start, and returns what the child finds in
// its environment for them.
func (w *watch) open(r *run) (map[string]string, error) {
	w.child.Quiet = r.quiet
	w.child.Ping = func(answer chan<- error) { r.post(&Do{Command: &actors.Ping{}, Done: answer}) }
	if r.spec.Ready != nil {
		w.proof = r.spec.Ready.Open(&w.child)
	}
	for _, check := range r.spec.Health {
		w.checks = append(w.checks, check.Probe.Open(&w.child))
	}
	return w.child.OpenSocket()
}

// begin starts what looks at a child that runs now: a prover, a prober for each
// check, which waits until the child is ready, and a listener on the socket.
func (w *watch) begin(r *run) {
	ctx, cancel := context.WithCancel(context.Background())
	w.cancel = cancel
	w.child.PID, w.child.Started = r.conn.PID(), r.started
	w.child.Tasks = func() (int, uint64) { return r.askTasks(ctx.Done()) }
	if w.child.HasSocket() {
		r.goes(w.child.Serve)
	}
	if w.proof != nil {
		r.goes(func() { w.prove(ctx, r) })
	}
	for i := range w.checks {
		r.goes(func() { w.probe(ctx, r, i) })
	}
}

// prove is the prover.
func (w *watch) prove(ctx context.Context, r *run) {
	if health.Prove(ctx, w.proof, func(err error) { w.unproven.Store(&err) }) {
		r.post(&proven{run: r})
	}
}

// probe is a prober.
func (w *watch) probe(ctx context.Context, r *run, i int) {
	select {
	case <-w.ready:
	case <-ctx.Done():
		return
	}
	r.spec.Health[i].Watch(ctx, w.checks[i], &w.child, func(result health.Result) {
		r.post(&probed{run: r, check: i, result: result})
	})
}

// over ends all that looks, but for the listener: the child may still speak.
func (w *watch) over() {
	if w != nil && w.cancel != nil {
		w.cancel()
	}
}

// lastFailure is why the proof failed last.
func (w *watch) lastFailure() error {
	if w == nil || w.unproven.Load() == nil {
		return nil
	}
	return *w.unproven.Load()
}

// extension is how much longer the child's start may take because it asked.
func (w *watch) extension() time.Duration {
	if w == nil {
		return 0
	}
	return w.child.Extension(time.Now())
}

// quiet returns how long ago the child printed something or, if it has not, was
// started.
func (r *run) quiet() time.Duration {
	return time.Since(r.started) - time.Duration(r.printed.Load())
}

// askTasks asks the actor what it holds, unless it is over.
func (r *run) askTasks(over <-chan struct{}) (held int, answered uint64) {
	reply := make(chan Status, 1)
	r.post(&Inspect{Reply: reply})
	select {
	case s := <-reply:
		return s.Held, s.Answered
	case <-over:
		return 0, 0
	}
}
