package actors

import (
	"time"

	"go.opentelemetry.io/otel/trace"
)

// Task is one unit of work for a child that speaks a task protocol. As a
// message it is sent by pointer, with a sender, to a pool or a process; the
// answer is one *Result. A Task must not be changed after it was handed over.
type Task struct {
	// Payload is handed to the child as it is. The child defines its meaning.
	// It is not copied: the sender must leave it alone until the Result.
	Payload []byte
	// Repeatable says that running the task twice does no harm. Only such a
	// task is run again when its child dies while holding it, as often as the pool
	// allows. Zero: it is answered with ErrWorkerExited instead.
	Repeatable bool
	// ID is the task's idempotency key: while a task with the same ID is on its
	// way in the same pool, this one is not run but gets the same answer, with a
	// payload of its own; that both ask for the same is for the sender to see to.
	// What the first of them says holds for the run; but each has its own Timeout and
	// Tag, and who gives up leaves it to the others. It is the same in all attempts.
	// The child does not see it: what the child is to know is put into the Payload.
	// Empty: it is like no other.
	ID string
	// Key says whose task it is, for pools that share fairly, limit or place tasks
	// by key, and for routers that place by it (ConsistentHash). Empty is a key too,
	// of all tasks that have no other.
	Key string
	// Priority moves a task before others that wait in a pool: the higher goes
	// first. Zero is the normal one, less than zero is for what can wait.
	Priority int
	// Timeout bounds the time from acceptance to answer, everything included.
	// When it passes, the task is answered with a *TaskTimeoutError and, if a
	// child held it, is cancelled there. Zero means no bound; less than zero, that it
	// is over already: the task is not accepted. So it is with the other clocks.
	Timeout time.Duration
	// QueueTimeout bounds the time that it waits in a pool for a free worker while at
	// least one is ready. While none is, this clock stands still and StartTimeout's
	// moves. It goes on if the worker turns out not to have begun the task; a task that
	// waits for another attempt begins anew. Zero means no bound.
	QueueTimeout time.Duration
	// StartTimeout bounds the time that it waits in a pool while no worker is ready:
	// since they are starting, or starting again. It is the sum of all such times in
	// one wait: it does not begin anew when a worker was ready for a moment, nor when
	// one was handed the task and has not begun it. Zero means no bound.
	StartTimeout time.Duration
	// RunTimeout bounds the time from when a worker begins it to its answer, for
	// each attempt: from when the worker has no older task that is not answered.
	// Zero means no bound.
	RunTimeout time.Duration
	// Cause is the span that caused the task; the task's spans become its
	// children. Zero: the task starts a trace of its own. Submit fills it from
	// its context.
	Cause trace.SpanContext
	// Tag is the sender's own: it comes back in the Result unchanged, and
	// lets an actor with several tasks under way tell their results apart.
	Tag any
}

// Result is the answer to one Task.
type Result struct {
	// Payload is what the child answered; nil if Err is set. It belongs to
	// the receiver.
	Payload []byte
	// Err is nil if the child answered. Otherwise it says where the task ended:
	// *TaskError: the child's handler failed; *WorkerExitedError: the child died
	// while holding the task; *PoisonError: as many children did as the pool
	// allows; *TaskTimeoutError: one of its clocks rang; *CancelledError: its
	// submitter gave it up; or, without having run, ErrQueueFull, ErrPushedOut,
	// ErrStopping, ErrNeverStarted, ErrGaveUp, ErrTooLarge and, of a task that no
	// pool took, ErrBusy, ErrNotRunning, ErrNoProtocol, each possibly wrapped. A
	// router adds ErrNoMember, which has not run either, ErrMemberEnded and
	// *QuorumError.
	Err error
	// Attempts counts how often the task was handed to a child that may have begun
	// it.
	Attempts int
	// Worker names the child that answered, by its OS process id; 0 if none did.
	Worker int
	// Tag is the Task's.
	Tag any
	// Gathered is what each of several members answered; nil unless the task went
	// to a router that asks several.
	Gathered *Gathered
}

// Ping asks a process actor whether its child's protocol side answers. The
// sender gets a Pong, or Refused if there is no child to ask.
type Ping struct{}

// Pong answers Ping.
type Pong struct {
	// Incarnation is the one that answered.
	Incarnation uint32
	// RoundTrip is the time from writing the ping to reading the pong.
	RoundTrip time.Duration
}
