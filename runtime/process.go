package runtime

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"github.com/asynkron/protoactor-go/actor"

	"brood/actors"
	"brood/actors/process"
	"brood/actors/supervisor"
	"brood/telemetry"

	"go.opentelemetry.io/otel/trace"
)

// Process is a handle to a long-running child. Safe for concurrent use.
type Process struct {
	supervised
	detached bool                               // it is let go where others are ended
	reads    [actors.Stderr + 1]*process.Reader // by stream; nil if it is not read from the handle

	track    *track // of what it uses
	prefetch int    // tasks that it may hold at once

	state    sync.Mutex
	starting *starting  // nil when Start has returned
	actor    *actor.PID // the process actor
	osPID    int
	level    Level
	exit     *actors.Exit // the last one; nil if there is none
	restarts int
}

// starting is how Start hears of the first incarnation.
type starting struct {
	ready  chan struct{} // closed at the first Ready
	failed chan struct{} // closed at the first Down, if it came before Ready
}

// Start starts a child under a supervisor of its own and waits until it is
// ready. If its first incarnation ends before that, Start returns a
// *StartError and nothing is left behind; if ctx ends first, likewise with
// ctx's cause.
func (rt *Runtime) Start(ctx context.Context, spec ProcessSpec) (*Process, error) {
	if spec.Name == "" {
		spec.Name = spec.Command.Name()
	}
	begin := &starting{ready: make(chan struct{}), failed: make(chan struct{})}
	p := newProcess(rt, spec)
	p.starting = begin
	if err := p.launch(spec, telemetry.FromContext(ctx)); err != nil {
		return nil, err
	}
	var err error
	select {
	case <-begin.ready:
		p.state.Lock()
		p.starting = nil // thousands of idle children need not keep it
		p.state.Unlock()
		return p, nil
	case <-begin.failed:
		err = &StartError{Command: spec.Command.Name(), Exit: p.Exit()}
	case <-p.ended:
		err = fmt.Errorf("runtime: start %s: %w", spec.Name, actors.ErrStopping)
	case <-ctx.Done():
		err = fmt.Errorf("runtime: start %s: %w", spec.Name, context.Cause(ctx))
	}
	return nil, errors.Join(err, p.stopNow())
}

func newProcess(rt *Runtime, spec ProcessSpec) *Process {
	p := &Process{supervised: newSupervised(rt, spec.Name), detached: spec.Command.Detached}
	p.service = p
	p.track = newTrack(rt.sampler, spec.Watch)
	p.prefetch = max(spec.Prefetch, process.DefaultPrefetch)
	if spec.ReadStdout {
		p.reads[actors.Stdout] = process.NewReader(spec.OutputWindowBytes)
	}
	if spec.ReadStderr {
		p.reads[actors.Stderr] = process.NewReader(spec.OutputWindowBytes)
	}
	return p
}

// child describes the process to its actor.
func (p *Process) child(spec ProcessSpec, cause trace.SpanContext) process.Spec {
	child := spec.child()
	child.StdoutTo, child.StderrTo = p.reads[actors.Stdout], p.reads[actors.Stderr]
	child.OnEvent = p.observe
	child.Telemetry, child.Cause = p.rt.recorder, cause
	child.Goroutines = &p.rt.goroutines
	return child
}

func (p *Process) launch(spec ProcessSpec, cause trace.SpanContext) error {
	props, err := p.child(spec, cause).Props()
	if err != nil {
		props = new(actor.Props) // the rest of the spec is checked all the same
	}
	err = p.rt.watchFaults(err, spec.Watch)
	return p.supervised.launch("process", supervisor.Spec{
		Name:      spec.Name,
		Intensity: spec.Intensity,
		Period:    spec.Period,
		Backoff:   spec.Backoff,
		Children: []supervisor.Child{{
			ID: "child", Props: props, Restart: spec.Restart, Grace: graceOf(spec.Grace, spec.StopPlan),
		}},
		OnEvent: p.supervise,
	}, err)
}

// observe takes the events of the process actor, in its turn.
func (p *Process) observe(event any) {
	p.rt.note(p.name, event)
	p.track.observe(event)
	p.state.Lock()
	defer p.state.Unlock()
	switch m := event.(type) {
	case *actors.Started:
		p.osPID, p.actor, p.level = m.PID, m.Who, levelNamed(m.Containment)
		if m.Incarnation > 1 {
			p.restarts++
		}
	case *actors.Ready:
		if p.starting != nil {
			closeOnce(p.starting.ready)
		}
	case *actors.Down:
		p.osPID, p.exit, p.actor = 0, &m.Exit, m.Who
		if p.starting != nil && !isClosed(p.starting.ready) {
			closeOnce(p.starting.failed)
		}
	}
}

// supervise takes the events of the supervisor, in its turn.
func (p *Process) supervise(event supervisor.Event) {
	switch m := event.(type) {
	case supervisor.ChildEnded:
		p.state.Lock()
		p.exit = &m.Exit
		p.state.Unlock()
		p.finish()
	case supervisor.Ended:
		p.endReads()
	}
	p.supervised.observe(event)
}

func (p *Process) endReads() {
	for _, r := range p.reads {
		if r != nil {
			r.End()
		}
	}
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

// Level returns how much of what the child starts ends with it, in the current
// incarnation or, if none runs, in the last one.
func (p *Process) Level() Level {
	p.state.Lock()
	defer p.state.Unlock()
	return p.level
}

// levelNamed returns the level with this name.
func levelNamed(name string) Level {
	for level := LevelProcess; level <= LevelCgroup; level++ {
		if level.String() == name {
			return level
		}
	}
	return 0
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
	if p.exit == nil {
		return actors.Exit{}
	}
	return *p.exit
}

// Wait waits until the child has ended for good and returns how. The error is
// nil if it ended by itself or was stopped; it matches actors.ErrGaveUp if its
// supervisor gave it up; it is ctx's cause if ctx ends first. In a tree, where it
// can be started again after that, the first time counts.
func (p *Process) Wait(ctx context.Context) (actors.Exit, error) {
	select {
	case <-p.ended:
	case <-ctx.Done():
		return actors.Exit{}, context.Cause(ctx)
	}
	return p.Exit(), p.failure()
}

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
