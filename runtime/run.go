package runtime

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/asynkron/protoactor-go/actor"
	"go.opentelemetry.io/otel/trace"

	"brood/actors"
	"brood/actors/process"
	"brood/telemetry"
)

// DefaultMaxOutputBytes is RunSpec.MaxOutputBytes's default.
const DefaultMaxOutputBytes = 1 << 20

// RunSpec describes a command that runs to its end. Only Command is required.
type RunSpec struct {
	Command Command
	// Transport connects the command's standard streams. Nil means Pipes. On a
	// terminal all output is Stdout.
	Transport Transport
	// Stdin is written to the command's stdin, which is then closed.
	Stdin []byte
	// MaxOutputBytes bounds what is kept of stdout and of stderr, each. A
	// command that prints more is killed. Zero means 1 MiB.
	MaxOutputBytes int
	// Grace is how long the command gets between the request to end and KILL,
	// if ctx ends before it. Zero means 5 s.
	Grace time.Duration
}

// RunResult is what a command left.
type RunResult struct {
	Stdout, Stderr []byte
	Exit           actors.Exit
}

// Run runs a command to its end and returns its output. The result is not nil
// if the command was started, whatever became of it. The error is, in this
// order: *StartError if it could not be started; ErrOutputLimit (wrapped) if it
// printed too much and was killed; ctx's cause (wrapped) if ctx ended first and
// it was stopped; *ExitError if it did not exit with code 0.
func (rt *Runtime) Run(ctx context.Context, spec RunSpec) (*RunResult, error) {
	if spec.MaxOutputBytes == 0 {
		spec.MaxOutputBytes = DefaultMaxOutputBytes
	}
	r := &runOnce{rt: rt, spec: spec, down: make(chan struct{}), full: make(chan struct{})}
	cause := telemetry.FromContext(ctx)
	span := rt.recorder.Start(cause, telemetry.HopRun, spec.Command.Name())
	result, err := r.run(ctx, span.Onward(cause))
	if result != nil && span.Recording() {
		span.SetAttributes(telemetry.PID(result.Exit.PID), telemetry.ExitCode(result.Exit.Code))
	}
	span.End(err)
	return result, err
}

// fault is what is wrong with the spec beside what the process actor checks.
func (s *RunSpec) fault() error {
	if s.MaxOutputBytes < 0 {
		return fmt.Errorf("MaxOutputBytes is %d", s.MaxOutputBytes)
	}
	return nil
}

// runOnce is one call of Run.
type runOnce struct {
	rt   *Runtime
	spec RunSpec
	pid  *actor.PID

	mu   sync.Mutex
	out  [actors.Stderr + 1]bytes.Buffer // by stream
	exit actors.Exit
	full chan struct{} // closed when an output is over its limit
	down chan struct{} // closed when the command has ended
}

func (r *runOnce) run(ctx context.Context, cause trace.SpanContext) (*RunResult, error) {
	props, err := process.Spec{
		Command:    r.spec.Command,
		Transport:  r.spec.Transport,
		Grace:      r.spec.Grace,
		Output:     r.keep,
		OnEvent:    r.observe,
		Telemetry:  r.rt.recorder,
		Cause:      cause,
		Goroutines: &r.rt.goroutines,
	}.Props()
	if err := joinFaults("run "+r.spec.Command.Name(), r.spec.fault(), err); err != nil {
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
	r.send(&actors.Write{Data: r.spec.Stdin})
	r.send(&actors.CloseStdin{})
	return r.result(r.await(ctx))
}

func (r *runOnce) send(message any) { r.rt.system.Root.Send(r.pid, message) }

// await waits for the command's end and brings it about if it must.
func (r *runOnce) await(ctx context.Context) error {
	var err error
	select {
	case <-r.down:
		if !isClosed(r.full) {
			return nil
		}
		return r.overLimit()
	case <-r.full:
		err = r.overLimit()
		r.send(&actors.Stop{Grace: -1})
	case <-ctx.Done():
		err = fmt.Errorf("runtime: run %s: %w", r.spec.Command.Name(), context.Cause(ctx))
		r.send(&actors.Stop{})
	case <-r.rt.rootEnded:
	}
	select {
	case <-r.down:
		return err
	case <-r.rt.rootEnded: // by somebody else than Shutdown: the child's actor went with it
		return errors.Join(err, fmt.Errorf("runtime: run %s: %w", r.spec.Command.Name(), errNoRoot))
	}
}

func (r *runOnce) overLimit() error {
	return fmt.Errorf("runtime: run %s: %w: %d bytes", r.spec.Command.Name(), ErrOutputLimit, r.spec.MaxOutputBytes)
}

func (r *runOnce) result(err error) (*RunResult, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.exit.Reason == actors.ReasonStartFailed {
		return nil, errors.Join(err, &StartError{Command: r.spec.Command.Name(), Exit: r.exit})
	}
	result := &RunResult{Stdout: r.out[actors.Stdout].Bytes(), Stderr: r.out[actors.Stderr].Bytes(), Exit: r.exit}
	if err == nil && !r.exit.Success() {
		err = &ExitError{Command: commandLine(r.spec.Command), Exit: r.exit}
	}
	return result, err
}

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
	return nil
}

// commandLine writes a command as it could be typed, quoting what needs it.
func commandLine(c Command) string {
	words := append([]string{c.Path}, c.Args...)
	for i, word := range words {
		quoted := strconv.Quote(word)
		escaped := len(quoted) > len(word)+2 // it holds what would not show, or not as it is
		if word == "" || escaped || strings.ContainsAny(word, " '`$&|;<>(){}*?[]#~!") {
			words[i] = quoted
		}
	}
	return strings.Join(words, " ")
}
