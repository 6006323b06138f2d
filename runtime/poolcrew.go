package runtime

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"syscall"

	"github.com/asynkron/protoactor-go/actor"
	"go.opentelemetry.io/otel/trace"

	"brood/actors"
	"brood/actors/pool"
	"brood/actors/process"
	"brood/actors/supervisor"
	"brood/telemetry"
)

// The words of package pool that a program needs.
type (
	// Scale says how many workers a pool has when that is not fixed.
	Scale = pool.Scale
	// Recycle says when a worker is replaced by a new one though it works well.
	Recycle = pool.Recycle
	// PoolWorker is what one worker of a pool looks like at one moment.
	PoolWorker = pool.Worker
	// PoolTimes is how long something took.
	PoolTimes = pool.Times
	// RollError says that a roll has stopped before all workers were replaced.
	RollError = pool.RollError
)

// What a change of a pool's workers is refused for.
var (
	// ErrRolling: another roll is under way.
	ErrRolling = pool.ErrRolling
	// ErrRollStopped: a roll did not come to its end. A *RollError says why.
	ErrRollStopped = pool.ErrRollStopped
	// ErrNoWorker: there is no worker with this number, or it is leaving.
	ErrNoWorker = pool.ErrNoWorker
	// ErrSize: a pool can not have so many workers.
	ErrSize = pool.ErrSize
)

// Rolling describes a replacement of all workers. The zero value starts all anew,
// one after the other.
type Rolling struct {
	// Change makes the command of the new workers of a copy of that of the old ones:
	// another binary, other arguments. Nil: it stays.
	Change func(*Command)
	// AtOnce is how many workers are replaced at the same time: by so many there can
	// be more of them meanwhile. Zero means 1.
	AtOnce int
}

// Roll replaces all workers, without losing or refusing a task: it starts a new one,
// and when that is ready an old one takes no more tasks, finishes what it holds and
// ends; and so on. It returns when all old ones have ended.
//
// If a new one does not become ready, or ctx ends first, the roll stops: those that
// were not replaced yet stay, and the error is a *RollError. It matches ErrRolling
// if another roll is under way, errors.ErrUnsupported for a Change where there is a
// Zygote, and actors.ErrStopping if the pool ends. With Slots of which all are taken,
// an old worker has to end before a new one starts.
func (p *Pool) Roll(ctx context.Context, r Rolling) error {
	if !p.rolls.TryLock() {
		return fmt.Errorf("runtime: roll %s: %w", p.name, ErrRolling)
	}
	defer p.rolls.Unlock()
	command := p.command()
	command.Args = append([]string(nil), command.Args...)
	command.Env.Set = maps.Clone(command.Env.Set)
	if r.Change != nil {
		if p.spec.Zygote {
			return fmt.Errorf("runtime: roll %s: another command than its zygote's: %w", p.name, errors.ErrUnsupported)
		}
		r.Change(&command)
	}
	cause := telemetry.FromContext(ctx)
	_, faults := p.worker(0, command, cause).Props()
	if r.AtOnce < 0 {
		faults = joinFaults("", faults, fmt.Errorf("AtOnce is %d", r.AtOnce))
	}
	if err := joinFaults("roll "+p.name, faults); err != nil {
		return err
	}
	reply := make(chan error, 1)
	p.tell(&pool.Change{Request: pool.Roll{Child: p.maker(command, cause), AtOnce: r.AtOnce}, Reply: reply})
	stop := context.AfterFunc(ctx, func() { p.tell(&pool.StopRoll{Reply: reply, Err: context.Cause(ctx)}) })
	defer stop()
	if err := <-reply; err != nil {
		return fmt.Errorf("runtime: roll %s: %w", p.name, err)
	}
	p.state.Lock()
	p.spec.Command = command
	p.state.Unlock()
	return nil
}

// Resize gives the pool so many workers, and makes it a pool of a fixed size if it
// was elastic. It returns when so many take tasks and the others have ended, each
// after what it held. If a worker can not be started it returns the error, and the
// pool goes on trying; if ctx ends first it returns its cause, likewise. The error
// matches ErrSize if size is less than 1, more than 65,536, or more than there are
// Slots. To have no worker busy, use Pause.
func (p *Pool) Resize(ctx context.Context, size int) error {
	return p.change(ctx, "resize", pool.Resize{Size: size})
}

// Recycle replaces the worker with this number by a new one, between tasks, and
// returns when that has happened. Errors are as for Resize; it matches ErrNoWorker
// if there is none, or it is leaving.
func (p *Pool) Recycle(ctx context.Context, worker int) error {
	return p.change(ctx, "recycle", pool.Replace{Member: worker})
}

// change asks for one and waits until it is done.
func (p *Pool) change(ctx context.Context, what string, request any) error {
	reply := make(chan error, 1)
	p.tell(&pool.Change{Request: request, Reply: reply})
	var err error
	select {
	case err = <-reply:
	case <-ctx.Done():
		err = context.Cause(ctx)
	}
	if err != nil {
		return fmt.Errorf("runtime: %s %s: %w", what, p.name, err)
	}
	return nil
}

// Kill kills the worker with this number, whatever it holds. What becomes of its
// tasks is as when a worker dies by itself: so is its restart. The error matches
// ErrNoWorker if there is none, and actors.ErrNotRunning if it, or the pool, does
// not run.
func (p *Pool) Kill(worker int) error {
	if err := p.kill(worker); err != nil {
		return fmt.Errorf("runtime: kill a worker of %s: %w", p.name, err)
	}
	return nil
}

func (p *Pool) kill(worker int) error {
	// The handle also knows those that have gone.
	stats := p.Stats()
	switch {
	case stats.Size == 0: // the pool has ended
		return actors.ErrNotRunning
	case !slices.ContainsFunc(stats.Workers, func(w pool.Worker) bool { return w.Number == worker }):
		return fmt.Errorf("%w: %d", ErrNoWorker, worker)
	}
	seat := p.seat(worker)
	p.state.Lock()
	who := seat.who
	p.state.Unlock()
	if who == nil {
		return actors.ErrNotRunning
	}
	done := make(chan error, 1)
	p.rt.system.Root.Send(who, &process.Do{Command: &actors.Signal{Sig: syscall.SIGKILL}, Done: done})
	return <-done
}

// Pause lets the workers finish what they hold and hands out no more, until Resume:
// tasks wait in the queue. Drain, and so Shutdown, ends a pause.
func (p *Pool) Pause() { p.tell(&pool.Pause{}) }

// Resume undoes Pause.
func (p *Pool) Resume() { p.tell(&pool.Resume{}) }

func (p *Pool) tell(message any) { p.rt.system.Root.Send(p.actor, message) }

// command is what workers run that are started now.
func (p *Pool) command() Command {
	p.state.Lock()
	defer p.state.Unlock()
	return p.spec.Command
}

// maker describes workers that run this command to their supervisor.
func (p *Pool) maker(command Command, cause trace.SpanContext) pool.MakeChild {
	return func(i int) (supervisor.Child, error) {
		props, err := p.worker(i, command, cause).Props()
		return supervisor.Child{
			ID: pool.MemberID(i), Grace: graceOf(p.spec.Grace, p.spec.StopPlan), Props: props, After: p.needs(),
		}, err
	}
}

// seat is what the handle knows of the workers that have one number, one after the
// other.
type seat struct {
	track *track
	who   *actor.PID // its process actor; nil: none has started yet
}

// seat returns the one with this number.
func (p *Pool) seat(i int) *seat {
	p.state.Lock()
	defer p.state.Unlock()
	for n := len(p.workers); n <= i; n++ {
		p.workers = append(p.workers, &seat{track: p.newTrack(n)})
	}
	return p.workers[i]
}

// newTrack returns what keeps the samples of a worker. If the pool replaces
// workers for the memory that they use, it is told of each.
func (p *Pool) newTrack(i int) *track {
	t := newTrack(p.rt.sampler, p.spec.Watch)
	if p.spec.Recycle.Samples() {
		t.heard = func(s Sample) {
			p.tell(&pool.Sampled{Member: i, Incarnation: s.Incarnation, MemoryBytes: s.MemoryBytes})
		}
	}
	return t
}

// supervisorPID returns the actor whose children the workers are; nil: it is not
// known yet.
func (p *Pool) supervisorPID() *actor.PID {
	if p.owner != nil {
		if p.owner.PID() == nil {
			return nil
		}
		return p.owner.at(p.path)
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.pid
}
