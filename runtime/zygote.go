package runtime

import (
	"context"

	"go.opentelemetry.io/otel/trace"

	"brood/actors"
	"brood/actors/health"
	"brood/actors/process"
	"brood/actors/supervisor"
	"brood/ptyio"
)

// zygoteID names the zygote among its pool's children, and noWorker is its number
// where workers have one.
const (
	zygoteID = "zygote"
	noWorker = -1
)

// needs names whom a worker needs: who forks it, if somebody does. It is then
// started after and stopped before its zygote.
func (p *Pool) needs() []string {
	if p.spec.Zygote {
		return []string{zygoteID}
	}
	return nil
}

// zygoteChild describes the zygote to the supervisor of the workers.
func (p *Pool) zygoteChild(cause trace.SpanContext) (supervisor.Child, error) {
	used := newTrack(p.rt.sampler, nil)
	spec := process.Spec{
		Name:         p.spec.Name + "-" + zygoteID,
		Command:      p.spec.Command,
		Transport:    p.zygote.Host(),
		Ready:        canFork{p.zygote},
		StartTimeout: p.spec.StartTimeout,
		Grace:        p.spec.Grace,
		OnEvent:      func(event any) { p.observeZygote(used, event) },
		Telemetry:    p.rt.recorder,
		Cause:        cause,
		Goroutines:   &p.rt.goroutines,
	}
	if out := p.spec.Output; out != nil {
		spec.Output = func(stream actors.Stream, data []byte) { out(noWorker, stream, data) }
	}
	props, err := spec.Props()
	return supervisor.Child{ID: zygoteID, Props: props, Grace: graceOf(p.spec.Grace, nil)}, err
}

// observeZygote takes the events of the zygote, in its turn.
func (p *Pool) observeZygote(used *track, event any) {
	p.rt.note(p.name+"-"+zygoteID, event)
	used.observe(event)
	p.state.Lock()
	defer p.state.Unlock()
	if m, down := event.(*actors.Down); down && len(p.waiting) > 0 && !isClosed(p.failed) {
		p.exit = m.Exit
		close(p.failed)
	}
}

// canFork proves that a zygote has done what is to be done before it is forked.
type canFork struct{ zygote *ptyio.Zygote }

var _ health.Probe = canFork{}

func (canFork) Validate() error { return nil }

func (c canFork) Open(*health.Child) func(context.Context) error { return c.zygote.AwaitReady }

func (canFork) String() string { return "zygote can fork" }
