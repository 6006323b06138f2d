package runtime

import (
	"cmp"
	"errors"
	"fmt"
	"maps"

	"github.com/asynkron/protoactor-go/actor"
	"github.com/hashicorp/go-multierror"
	"go.opentelemetry.io/otel/trace"

	"brood/actors"
	"brood/actors/health"
	"brood/actors/pool"
	"brood/actors/process"
	"brood/actors/supervisor"
	"brood/ptyio"
)

// startsAtOnce is how many workers of a pool are being started at the same time.
// They are stopped all at once.
const startsAtOnce = 8

// launch spawns the pool's actor and, under a supervisor, its workers.
func (p *Pool) launch(cause trace.SpanContext) error {
	spec := p.spec
	props, err := p.check(cause)
	if err != nil {
		return err
	}
	p.actor, err = p.rt.spawn(props, p.rt.name("pool", spec.Name))
	if err != nil {
		return err
	}
	workers, faults := p.crew(cause)
	err = p.supervised.launch("workers", workers, faults)
	if err != nil {
		p.rt.system.Root.Stop(p.actor)
	}
	return err
}

// crew describes the supervisor of the workers, when the pool's actor is there.
func (p *Pool) crew(cause trace.SpanContext) (spec supervisor.Spec, faults error) {
	if p.spec.Zygote {
		p.zygote = new(ptyio.Zygote)
	}
	p.client = pool.NewClient(p.rt.system, p.actor, p.spec.Name, p.rt.recorder)
	children := make([]supervisor.Child, p.spec.Size)
	describe := p.maker(p.spec.Command, cause)
	for i := range children {
		p.waiting[i] = true
		children[i], faults = describe(i) // they were found before
	}
	if p.spec.Zygote {
		zygote, fault := p.zygoteChild(cause)
		children, faults = append(children, zygote), errors.Join(faults, fault)
	}
	return p.supervision(children), faults
}

// check finds every fault of the spec before anything is started, and returns
// the props of the pool's actor.
func (p *Pool) check(cause trace.SpanContext) (*actor.Props, error) {
	spec := p.spec
	props, ofPool := pool.Spec{
		Name:            spec.Name,
		Size:            spec.Size,
		Scale:           spec.Scale,
		Recycle:         spec.Recycle,
		Numbers:         len(spec.Slots),
		Supervisor:      p.supervisorPID,
		Child:           p.maker(spec.Command, cause),
		Prefetch:        spec.Prefetch,
		QueueLimit:      spec.QueueLimit,
		QueueLimitBytes: spec.QueueLimitBytes,
		WhenFull:        spec.WhenFull,
		Order:           spec.Order,
		MaxAttempts:     spec.MaxAttempts,
		RepeatBackoff:   spec.RepeatBackoff,
		PoisonLimit:     spec.PoisonLimit,
		OnUndone:        func(task pool.Undone) { p.rt.reporting.undone(spec.Name, task) },
		Load:            &p.load,
		Telemetry:       p.rt.recorder,
	}.Props()
	_, ofWorker := p.worker(0, spec.Command, cause).Props()
	if !spec.Scale.IsZero() && spec.Size != spec.Scale.Start() {
		ofWorker = multierror.Append(ofWorker, errors.New("pool: Size and Scale are both set"))
	}
	ofRecycle := recycleFaults(spec.Recycle, health.CanSample(health.Memory))
	_, ofSupervisor := supervisor.Props(p.supervision(nil))
	return props, joinFaults("start "+spec.Name, ofPool, ofRecycle, p.rt.watchFaults(ofWorker, spec.Watch), ofSupervisor)
}

// recycleFaults are the fields that never make anything due since memory cannot be
// sampled, if unsampled says that.
func recycleFaults(r Recycle, unsampled error) (faults error) {
	if unsampled == nil {
		return nil
	}
	for _, field := range []struct {
		name  string
		bytes int64
	}{{"MemoryBytes", r.MemoryBytes}, {"GrowthBytes", r.GrowthBytes}} {
		if field.bytes > 0 {
			faults = multierror.Append(faults, fmt.Errorf("pool: Recycle.%s: %w", field.name, unsampled))
		}
	}
	return faults
}

func (p *Pool) supervision(children []supervisor.Child) supervisor.Spec {
	s := supervisor.Spec{
		Name:      p.spec.Name,
		Intensity: p.spec.Intensity,
		Period:    p.spec.Period,
		Backoff:   p.spec.Backoff,
		Children:  children,
		Parallel:  startsAtOnce,
		Starts:    p.rt.starts,
		OnEvent:   p.supervise,
	}
	if p.actor != nil {
		s.Subscribers = []*actor.PID{p.actor}
	}
	return s
}

// worker describes the worker with a number, which is that of its one of the Slots,
// too.
func (p *Pool) worker(i int, command Command, cause trace.SpanContext) process.Spec {
	if i < len(p.spec.Slots) {
		env := maps.Clone(command.Env.Set)
		if env == nil {
			env = map[string]string{}
		}
		maps.Copy(env, p.spec.Slots[i])
		command.Env.Set = env
	}
	s := process.Spec{
		Name:         p.spec.Name,
		Command:      command,
		Protocol:     p.spec.Protocol,
		Prefetch:     cmp.Or(p.spec.Prefetch, pool.MaxPrefetch),
		Ready:        p.spec.Ready,
		Health:       p.spec.Health,
		StartTimeout: p.spec.StartTimeout,
		Grace:        p.spec.Grace,
		StopPlan:     p.spec.StopPlan,
		CancelGrace:  p.spec.CancelGrace,
		CancelStep:   p.spec.CancelStep,
		Pool:         p.actor,
		Load:         &p.load,
		Subscribers:  p.spec.Subscribers,
		Member:       i,
		OnEvent:      func(event any) { p.observe(i, event) },
		Telemetry:    p.rt.recorder,
		Cause:        cause,
		Goroutines:   &p.rt.goroutines,
	}
	if p.zygote != nil {
		s.Transport = p.zygote
	}
	if out := p.spec.Output; out != nil {
		s.Output = func(stream actors.Stream, data []byte) { out(i, stream, data) }
	}
	return s
}
