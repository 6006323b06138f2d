package runtime

import (
	"bytes"
	"context"
	"fmt"
	"sync"

	"github.com/asynkron/protoactor-go/actor"
	"go.opentelemetry.io/otel/trace"

	"brood/actors"
	"brood/actors/process"
	"brood/telemetry"
)

// Run runs a command to its end and returns its output. The result is not nil
// if the command was started, whatever became of it. The error is a *StartError
// if it could not be started, and an *ExitError if it did not exit with code 0
// or one of SuccessCodes, or left something behind. Inside an ExitError is, in
// this order: ErrOutputLimit if it printed too much; ErrTimeout if its time was
// over, or ctx's cause if ctx ended first, and it was stopped; what kept its input
// from it, which of a command that succeeded is the error itself. When a command's
// end is known before it is asked to end, and its output is complete, only its exit
// counts. One that is asked at its last moment counts as stopped, whatever its code.
func (rt *Runtime) Run(ctx context.Context, spec RunSpec) (*RunResult, error) {
	return rt.newRun(spec).traced(ctx)
}

func (rt *Runtime) newRun(spec RunSpec) *runOnce {
	if spec.MaxOutputBytes == 0 {
		spec.MaxOutputBytes = DefaultMaxOutputBytes
	}
	r := &runOnce{rt: rt, spec: spec, down: make(chan struct{}), full: make(chan struct{})}
	r.feeder.written, r.feeder.done = make(chan error, 1), make(chan struct{})
	return r
}

// traced is run as a span.
func (r *runOnce) traced(ctx context.Context) (*RunResult, error) {
	rt, spec := r.rt, r.spec
	cause := telemetry.FromContext(ctx)
	span := rt.recorder.Start(cause, telemetry.HopRun, spec.Command.Name())
	result, err := r.run(ctx, span.Onward(cause))
	if result != nil && span.Recording() {
		span.SetAttributes(telemetry.PID(result.Exit.PID), telemetry.ExitCode(result.Exit.Code))
	}
	span.End(err)
	return result, err
}

// runOnce is one call of Run.
type runOnce struct {
	rt   *Runtime
	spec RunSpec
	pid  *actor.PID
	read *process.Reader // takes stdout; nil: it is kept

	mu     sync.Mutex
	out    [actors.Stderr + 1]bytes.Buffer // by stream
	exit   actors.Exit
	feeder feeder
	full   chan struct{} // closed when an output is over its limit
	down   chan struct{} // closed when the command has ended
}

func (r *runOnce) run(ctx context.Context, cause trace.SpanContext) (*RunResult, error) {
	props, err := r.child(cause).Props()
	if err := joinFaults("run "+r.spec.Command.Name(), r.spec.faults(), err); err != nil {
		return nil, err
	}
	if err := context.Cause(ctx); err != nil {
		return nil, fmt.Errorf("runtime: run %s: %w", r.spec.Command.Name(), err)
	}
	if r.pid, err = r.rt.spawn(props, r.rt.name("run", r.spec.Command.Name())); err != nil {
		return nil, err
	}
	defer r.rt.system.Root.Stop(r.pid)
	if err := r.rt.admit(r); err != nil {
		return nil, err
	}
	defer r.rt.dismiss(r)
	r.send(&actors.Start{})
	r.giveInput()
	why := r.await(ctx)
	r.joinInput()
	return r.result(why)
}

// child describes the command to its actor.
func (r *runOnce) child(cause trace.SpanContext) process.Spec {
	s := process.Spec{
		Command:    r.spec.Command,
		Transport:  r.spec.Transport,
		Grace:      r.spec.Grace,
		StopPlan:   r.spec.StopPlan,
		StdoutTo:   r.read,
		OnEvent:    r.observe,
		Telemetry:  r.rt.recorder,
		Cause:      cause,
		Goroutines: &r.rt.goroutines,
	}
	if r.read == nil {
		s.Output = r.keep
	}
	return s
}

func (r *runOnce) send(message any) { r.rt.system.Root.Send(r.pid, message) }

// keep takes output up to the limit; the rest is dropped while the kill is on
// its way.
func (r *runOnce) keep(stream actors.Stream, data []byte) {
	r.mu.Lock()
	defer r.mu.Unlock()
	buf := &r.out[stream]
	if room := r.spec.MaxOutputBytes - buf.Len(); len(data) > room {
		data = data[:room]
		closeOnce(r.full)
	}
	buf.Write(data)
}

func (r *runOnce) observe(event any) {
	r.rt.note(r.spec.Command.Name(), event)
	if m, ok := event.(*actors.Down); ok {
		r.mu.Lock()
		r.exit = m.Exit
		r.mu.Unlock()
		close(r.down)
	}
}

func (r *runOnce) title() string { return r.spec.Command.Name() }

// drain waits for the command to end by itself.
func (r *runOnce) drain(ctx context.Context) error {
	select {
	case <-r.down:
		return nil
	case <-ctx.Done():
		return fmt.Errorf("runtime: %s did not end in time: %w", r.spec.Command.Name(), context.Cause(ctx))
	}
}

func (r *runOnce) urge() { r.send(&actors.Stop{Grace: -1}) }

func (r *runOnce) stop(ctx, last context.Context) error {
	if err := endWithin(ctx, last, r.down, func(stop *actors.Stop) { r.send(stop) }); err != nil {
		return fmt.Errorf("runtime: stop %s: %w", r.spec.Command.Name(), err)
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(r.exit.Survivors) > 0 {
		return fmt.Errorf("runtime: stop %s: %w: %s", r.spec.Command.Name(), ErrLeftBehind, r.exit)
	}
	return nil
}
