package runtime

import (
	"time"

	"github.com/asynkron/protoactor-go/actor"

	"brood/actors"
	"brood/actors/pool"
)

// DefaultPoolSize is PoolSpec.Size's default.
const DefaultPoolSize = 4

// PoolSpec describes a pool of workers. Only Command is required.
type PoolSpec struct {
	// Command is what each worker runs; see Worker for the running program
	// itself.
	Command Command
	// Zygote has the command run once, up to where it would answer tasks; the
	// workers are forks of that process, the zygote, and have what it has done
	// before, as the imports of a program in Python. It needs Linux, and a program
	// that knows how to: see runtime/worker/python. The zygote is a child of its
	// own, called like the pool with "-zygote" behind, and has the same
	// StartTimeout, Grace and Output as a worker, as worker -1. If it ends it is
	// started again, and so are the workers, since they end with it. What the
	// command says of User, Umask, Nice, Limits and NoNewPrivileges holds for the
	// zygote, and so for its forks; its Files are those of the forks alone.
	Zygote bool
	// Name is the pool's name in telemetry, one of few. Zero: the name of the
	// command's executable.
	Name string
	// Size is the number of workers, at most 65,536. Zero means 4, or what Scale begins
	// with.
	Size int
	// Scale lets the number of workers follow the work. Zero: it is fixed, and Size
	// counts; otherwise Size must be zero.
	Scale Scale
	// Recycle says when workers are replaced by new ones though they work well. Its
	// memory is that of a worker's whole tree.
	Recycle Recycle
	// Slots are scarce things of which each worker gets one, such as a GPU or a port:
	// variables that are set in its environment. No two workers have the same one at
	// any time: it is given to the next one when nothing is left of the former. They
	// bound the number of workers, those that are being replaced included; with one
	// more than workers, a new one can start before an old one ends. Nil: nothing.
	Slots []map[string]string
	// Protocol is the language of tasks. Nil means Wire.
	Protocol Protocol
	// Prefetch is how many tasks are handed to a worker at once, that is one to
	// work on and others on their way to it. Zero: if the worker tells what it
	// begins, as those with an SDK of brood do, the more, the shorter its tasks are:
	// from 1, of those that take over a quarter of a millisecond, to 256, of 15 us
	// and less; else 1. What stands behind a task that takes long is taken back for
	// workers that are idle, and a worker that dies has lost only the task that it
	// had begun.
	Prefetch int
	// QueueLimit is how many tasks may wait since no worker that may get them is
	// free. Zero means 1,024.
	QueueLimit int
	// QueueLimitBytes bounds the payloads of those that wait. A task that is larger
	// by itself is refused with actors.ErrTooLarge, even if it need not wait. Zero
	// means no bound.
	QueueLimitBytes int
	// WhenFull is what becomes of a task that must wait and has no room to. Zero:
	// it is refused with actors.ErrQueueFull.
	WhenFull WhenFull
	// Order says which of the tasks that wait is next. Zero: by Task.Priority, and
	// first in, first out.
	Order Order
	// MaxAttempts is how many workers may die with a repeatable task before it is
	// poison: it is answered with a *actors.PoisonError and set aside; see
	// Pool.Poison. Workers that were stopped, recycled or ended for a limit do not
	// count; but after as many of those it is answered with a
	// *actors.WorkerExitedError. Zero means 3.
	MaxAttempts int
	// RepeatBackoff is the pause before a repeatable task is run again after a
	// worker died with it. Zero means none.
	RepeatBackoff RepeatBackoff
	// PoisonLimit is how many tasks are kept set aside; one more, and the one that
	// has been for the longest is dropped. Zero means 100.
	PoisonLimit int
	// Intensity worker restarts within Period are allowed; one more and the
	// whole pool is given up. Both zero mean ten for each worker in 10 s.
	Intensity int
	Period    time.Duration
	// Backoff is the pause before each restart of a worker. Zero: as
	// supervisor.Backoff's zero value, but Eager, so that a worker that has lasted
	// is replaced at once.
	Backoff Backoff
	// Ready proves that a worker is ready, besides its hello; see ProcessSpec.
	Ready Probe
	// Health are checks of each worker while it is ready; see ProcessSpec.
	Health []Check
	// StartTimeout bounds the time from a worker's start until it is ready. Zero
	// means 10 s.
	StartTimeout time.Duration
	// Grace is how long a worker gets between the request to end and KILL.
	// It bounds a StopPlan. Zero means 5 s, with a StopPlan the time that it
	// takes.
	Grace time.Duration
	// StopPlan is how a worker is asked to end. Nil: by a message, which lets it
	// finish, and then by TERM.
	StopPlan StopPlan
	// CancelGrace is how long a worker may take to answer a cancelled task, in any
	// way, and is kept. Then it gets INT, and is replaced. Zero means 5 s.
	CancelGrace time.Duration
	// CancelStep is how long it then has to end before TERM, and again as long
	// before KILL. Zero means 1 s.
	CancelStep time.Duration
	// Watch bounds what the tree of each worker may use, and says what is done
	// then; see ProcessSpec.Watch. While one waits to be idle, others take its
	// tasks.
	Watch []WatchLimit
	// Subscribers get the workers' Started, Ready, OverLimit and Down.
	Subscribers []*actor.PID
	// Output is called with what the workers print; see ProcessSpec.Output. It
	// may be called for several workers at once. Nil: it is read and dropped,
	// but for the end of stderr, which is kept for the exit.
	Output func(worker int, stream actors.Stream, data []byte)
}

func (s *PoolSpec) setDefaults() {
	if s.Name == "" {
		s.Name = s.Command.Name()
	}
	switch {
	case s.Size == 0 && !s.Scale.IsZero():
		s.Size = s.Scale.Start()
	case s.Size == 0:
		s.Size = DefaultPoolSize
	}
	if s.Protocol == nil {
		s.Protocol = Wire{}
	}
	if s.Backoff == (Backoff{}) {
		s.Backoff.Eager = true
	}
	if s.Intensity == 0 && s.Period == 0 {
		s.Intensity, s.Period = 10*min(max(s.Size, s.Scale.Max, 0), pool.MaxSize), 10*time.Second
	}
}
