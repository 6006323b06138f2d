package runtime

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"

	"github.com/asynkron/protoactor-go/actor"

	"brood/actors"
	"brood/actors/pool"
	"brood/actors/supervisor"
	"brood/ptyio"
	"brood/telemetry"
)

// Pool is a handle to a pool of workers. Safe for concurrent use.
type Pool struct {
	supervised
	spec   PoolSpec
	actor  *actor.PID // the pool actor
	client *pool.Client
	load   atomic.Int32  // tasks under way; the pool's actor writes it, readers of wires read it
	zygote *ptyio.Zygote // nil: there is none

	ready  chan struct{} // closed when every worker was ready once
	failed chan struct{} // closed when one ended before it was

	state   sync.Mutex
	waiting map[int]bool // workers that were not ready yet
	exit    actors.Exit  // of the one that failed
	workers []*seat      // by number
	rolls   sync.Mutex
}

// StartPool starts a pool and waits until all of its workers are ready. If one
// ends before that, StartPool returns a *StartError and nothing is left behind;
// if ctx ends first, likewise with ctx's cause.
func (rt *Runtime) StartPool(ctx context.Context, spec PoolSpec) (*Pool, error) {
	p := newPool(rt, spec)
	if err := p.launch(telemetry.FromContext(ctx)); err != nil {
		return nil, err
	}
	var err error
	select {
	case <-p.ready:
		return p, nil
	case <-p.failed:
		err = &StartError{Command: spec.Command.Name(), Exit: p.exit}
	case <-p.ended:
		err = fmt.Errorf("runtime: start %s: %w", spec.Name, actors.ErrStopping)
	case <-ctx.Done():
		err = fmt.Errorf("runtime: start %s: %w", spec.Name, context.Cause(ctx))
	}
	return nil, errors.Join(err, p.stopNow())
}

func newPool(rt *Runtime, spec PoolSpec) *Pool {
	spec.setDefaults()
	p := &Pool{
		supervised: newSupervised(rt, spec.Name),
		spec:       spec,
		ready:      make(chan struct{}),
		failed:     make(chan struct{}),
		waiting:    map[int]bool{},
	}
	p.service = p
	return p
}

// observe takes the events of a worker, in its turn.
func (p *Pool) observe(worker int, event any) {
	p.rt.note(p.name, event)
	seat := p.seat(worker)
	seat.track.observe(event)
	p.state.Lock()
	defer p.state.Unlock()
	switch m := event.(type) {
	case *actors.Started:
		seat.who = m.Who
	case *actors.Ready:
		delete(p.waiting, worker)
		if len(p.waiting) == 0 {
			closeOnce(p.ready)
		}
	case *actors.Down:
		if p.waiting[worker] && !isClosed(p.failed) {
			p.exit = m.Exit
			close(p.failed)
		}
	}
}

// supervise takes the events of the supervisor, in its turn.
func (p *Pool) supervise(event supervisor.Event) {
	switch event.(type) {
	case supervisor.AllStarted:
		p.rt.system.Root.Send(p.actor, &pool.Reopen{})
	case supervisor.Ended:
		p.rt.system.Root.Send(p.actor, &pool.Abort{Err: actors.ErrStopping})
		if p.owner == nil {
			// The pool itself goes last: it answers what its workers gave back.
			p.rt.system.Root.Poison(p.actor)
		}
	}
	if p.owner == nil {
		p.supervised.observe(event)
	}
}

// PID returns the pool's actor. An actor that sends it an *actors.Task gets an
// *actors.Result.
func (p *Pool) PID() *actor.PID { return p.actor }

// Submit hands a task to the pool and waits for its answer: there always is one.
// The error is the Result's; see actors.Result for what it can be. If ctx ends
// first it is a *actors.CancelledError with ctx's cause: the task is then taken
// out of the queue or cancelled at its worker, and the error tells how far it had
// come.
func (p *Pool) Submit(ctx context.Context, task actors.Task) (actors.Result, error) {
	return p.client.Submit(ctx, task)
}

// SubmitBatch hands many tasks to the pool at once and waits until each has its
// answer: the results are in the order of the tasks, and each has its own Err.
// For short tasks that is several times as fast as a Submit for each. Tasks that
// the queue has no room for are treated one by one as if they had come alone. If
// ctx ends first, what is not answered is cancelled; the error is then ctx's
// cause, and the results are complete all the same.
func (p *Pool) SubmitBatch(ctx context.Context, tasks []actors.Task) ([]actors.Result, error) {
	return p.client.SubmitAll(ctx, tasks)
}

// Stream hands a task to the pool whose input or result comes in pieces: the
// task's Payload is the beginning of the input. It does not wait. ctx is that of
// the whole stream: when it ends, the task is cancelled as in Submit. A worker is
// taken until the end; it must have called worker.ServeStreams. The task is
// never repeated: its Repeatable and ID mean nothing. The caller receives the
// stream to its end or closes it.
func (p *Pool) Stream(ctx context.Context, task actors.Task) (*Stream, error) {
	return p.client.Stream(ctx, task)
}

// Stats returns what the pool looks like now. After the pool's end it is zero.
func (p *Pool) Stats() PoolStats {
	reply := make(chan pool.Stats, 1)
	p.rt.system.Root.Send(p.actor, &pool.Inspect{Reply: reply})
	return <-reply
}

// Drain refuses new tasks with actors.ErrStopping and waits until all that were
// accepted are answered. If ctx ends first, it returns an error that tells how
// many are not; they go on.
func (p *Pool) Drain(ctx context.Context) error {
	done := make(chan struct{}, 1)
	p.rt.system.Root.Send(p.actor, &pool.Drain{Done: done})
	select {
	case <-done:
		return nil
	case <-ctx.Done():
	}
	stats := p.Stats() // answered after the Drain was handled
	select {
	case <-done:
		return nil
	default:
		return fmt.Errorf("runtime: drain %s: %d tasks queued, %d held by workers: %w",
			p.spec.Name, stats.Queued, stats.Held, context.Cause(ctx))
	}
}

func (p *Pool) drain(ctx context.Context) error { return p.Drain(ctx) }
