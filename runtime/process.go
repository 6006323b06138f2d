package runtime

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"syscall"
	"time"

	"github.com/asynkron/protoactor-go/actor"

	"brood/actors"
	"brood/actors/process"
	"brood/actors/supervisor"
	"brood/telemetry"

	"go.opentelemetry.io/otel/trace"
)

// ProcessSpec describes a long-running child. Only Command is required.
type ProcessSpec struct {
	Command Command
	// Name is the child's name in telemetry, one of few, and part of its
	// actor's name. Zero: the name of the command's executable.
	Name string
	// Transport connects the child's standard streams. Nil means Pipes.
	Transport Transport
	// Protocol makes the child a worker that takes tasks as messages, and
	// Ready only after its hello. Nil: it takes none.
	Protocol Protocol
	// Slots is how many tasks it may hold at once. Zero means 1.
	Slots int
	// Restart says after which ends it is started again. Zero means Permanent:
	// after every end that was not asked for.
	Restart Restart
	// Intensity restarts within Period are allowed; one more and the child is
	// given up. Both zero mean 1 in 5 s.
	Intensity int
	Period    time.Duration
	// Backoff is the pause before each restart; see supervisor.Backoff for
	// its zero value.
	Backoff Backoff
	// StartTimeout bounds the wait for a protocol's hello. Zero means 10 s.
	StartTimeout time.Duration
	// Grace is how long the child gets between the request to end and KILL.
	// Zero means 5 s.
	Grace time.Duration
	// Output is called with what the child prints, on the goroutine that reads
	// that stream, never for one stream at the same time. While it runs, the
	// child is not read and in the end blocks. data is valid during the call.
	Output func(stream actors.Stream, data []byte)
	// OutputTo gets what the child prints as actors.Output, each of which must
	// be answered with actors.Ack. Output and OutputTo exclude each other; if
	// both are nil, what the child prints is read and dropped.
	OutputTo *actor.PID
	// Subscribers get the child's Started, Ready and Down.
	Subscribers []*actor.PID
}

// Process is a handle to a long-running child. Safe for concurrent use.
type Process struct {
	supervised
	spec   ProcessSpec
	ready  chan struct{} // closed at the first Ready
	failed chan struct{} // closed at the first Down, if it came before Ready

	state    sync.Mutex
	actor    *actor.PID // the process actor
	osPID    int
	exit     actors.Exit
	restarts int
}

// Start starts a child under a supervisor of its own and waits until it is
// ready. If its first incarnation ends before that, Start returns a
// *StartError and nothing is left behind; if ctx ends first, likewise with
// ctx's cause.
func (rt *Runtime) Start(ctx context.Context, spec ProcessSpec) (*Process, error) {
	if spec.Name == "" {
		spec.Name = spec.Command.Name()
	}
	p := &Process{
		supervised: newSupervised(rt, spec.Name),
		spec:       spec,
		ready:      make(chan struct{}),
		failed:     make(chan struct{}),
	}
	p.service = p
	if err := p.launch(telemetry.FromContext(ctx)); err != nil {
		return nil, err
	}
	var err error
	select {
	case <-p.ready:
		return p, nil
	case <-p.failed:
		err = &StartError{Command: spec.Command.Name(), Exit: p.Exit()}
	case <-p.ended:
		err = fmt.Errorf("runtime: start %s: %w", spec.Name, actors.ErrStopping)
	case <-ctx.Done():
		err = fmt.Errorf("runtime: start %s: %w", spec.Name, context.Cause(ctx))
	}
	return nil, errors.Join(err, p.stopNow())
}

func (p *Process) launch(cause trace.SpanContext) error {
	spec := p.spec
	props, err := process.Spec{
		Name:         spec.Name,
		Command:      spec.Command,
		Transport:    spec.Transport,
		Protocol:     spec.Protocol,
		Slots:        spec.Slots,
		StartTimeout: spec.StartTimeout,
		Grace:        spec.Grace,
		Output:       spec.Output,
		OutputTo:     spec.OutputTo,
		Subscribers:  spec.Subscribers,
		OnEvent:      p.observe,
		Telemetry:    p.rt.recorder,
		Cause:        cause,
		Goroutines:   &p.rt.goroutines,
	}.Props()
	if err != nil {
		props = new(actor.Props) // the rest of the spec is checked all the same
	}
	return p.supervised.launch("process", supervisor.Spec{
		Name:      spec.Name,
		Intensity: spec.Intensity,
		Period:    spec.Period,
		Backoff:   spec.Backoff,
		Children:  []supervisor.Child{{ID: "child", Props: props, Restart: spec.Restart, Grace: spec.Grace}},
		OnEvent:   p.supervise,
	}, err)
}

// observe takes the events of the process actor, in its turn.
func (p *Process) observe(event any) {
	p.rt.note(p.name, event)
	p.state.Lock()
	defer p.state.Unlock()
	switch m := event.(type) {
	case *actors.Started:
		p.osPID, p.actor = m.PID, m.Who
		if m.Incarnation > 1 {
			p.restarts++
		}
	case *actors.Ready:
		closeOnce(p.ready)
	case *actors.Down:
		p.osPID, p.exit, p.actor = 0, m.Exit, m.Who
		if !isClosed(p.ready) {
			closeOnce(p.failed)
		}
	}
}

// supervise takes the events of the supervisor, in its turn.
func (p *Process) supervise(event supervisor.Event) {
	if m, ok := event.(supervisor.ChildEnded); ok {
		p.state.Lock()
		p.exit = m.Exit
		p.state.Unlock()
		p.finish()
	}
	p.supervised.observe(event)
}

// PID returns the process actor, which stays the same over restarts.
func (p *Process) PID() *actor.PID {
	p.state.Lock()
	defer p.state.Unlock()
	return p.actor
}

// OSPID returns the process id of the current incarnation, or 0 if none runs.
func (p *Process) OSPID() int {
	p.state.Lock()
	defer p.state.Unlock()
	return p.osPID
}

// Restarts returns how often the child was started again.
func (p *Process) Restarts() int {
	p.state.Lock()
	defer p.state.Unlock()
	return p.restarts
}

// Exit returns how the last incarnation that is over ended.
func (p *Process) Exit() actors.Exit {
	p.state.Lock()
	defer p.state.Unlock()
	return p.exit
}

// Write writes data to the child's stdin and waits until the kernel has taken
// it. It returns ErrNotRunning, ErrStdinClosed, ErrStdinFull if too much waits
// already, or ctx's cause; after the latter the rest of data may still be
// written.
func (p *Process) Write(ctx context.Context, data []byte) error {
	return p.do(ctx, &actors.Write{Data: append([]byte(nil), data...)})
}

// CloseStdin closes the child's stdin after what was written before. On a
// terminal it types the end-of-file character.
func (p *Process) CloseStdin() error { return p.do(context.Background(), &actors.CloseStdin{}) }

// Signal sends sig to the child's whole process group.
func (p *Process) Signal(sig syscall.Signal) error {
	return p.do(context.Background(), &actors.Signal{Sig: sig})
}

// Resize changes the size of the child's terminal.
func (p *Process) Resize(size Size) error {
	return p.do(context.Background(), &actors.Resize{Rows: size.Rows, Cols: size.Cols})
}

// Ping asks the child's protocol side for an answer and waits for it.
func (p *Process) Ping(ctx context.Context) error { return p.do(ctx, &actors.Ping{}) }

func (p *Process) do(ctx context.Context, command any) error {
	done := make(chan error, 1)
	p.rt.system.Root.Send(p.PID(), &process.Do{Command: command, Done: done})
	select {
	case err := <-done:
		return err
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// Wait waits until the child has ended for good and returns how. The error is
// nil if it ended by itself or was stopped; it matches actors.ErrGaveUp if its
// supervisor gave it up; it is ctx's cause if ctx ends first.
func (p *Process) Wait(ctx context.Context) (actors.Exit, error) {
	select {
	case <-p.ended:
	case <-ctx.Done():
		return actors.Exit{}, context.Cause(ctx)
	}
	return p.Exit(), p.failure()
}

func (p *Process) drain(context.Context) error { return nil }

// closeOnce closes c unless it is closed; the caller holds the lock.
func closeOnce(c chan struct{}) {
	if !isClosed(c) {
		close(c)
	}
}

func isClosed(c chan struct{}) bool {
	select {
	case <-c:
		return true
	default:
		return false
	}
}
