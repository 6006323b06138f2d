package process

import (
	"iter"
	"sync/atomic"
	"time"

	"github.com/asynkron/protoactor-go/actor"
	"go.opentelemetry.io/otel/trace"

	"brood/actors"
	"brood/telemetry"
)

// Stream tells the child's outputs apart.
type Stream = actors.Stream

// Call is a task on its way: what the sender's Task becomes once it is
// accepted. As a message it is a request to run the task, and those of the calls
// that Pool.Next links to it, so that many cost one message. At any time one
// actor holds a call; whoever holds it last answers it, once.
type Call struct {
	Task actors.Task
	// ReplyTo gets the answer as a message. Nil: it goes to Done.
	ReplyTo *actor.PID
	// Done gets the answer if ReplyTo and Into are nil. It needs room for one.
	Done chan actors.Result
	// Into gets the answer if it is not nil and ReplyTo is, with Index.
	Into Collector
	// Index tells Into which of its calls this is.
	Index int
	// Stream carries the pieces of a streamed task. Nil: it is none.
	Stream *TaskStream
	// Submit is the span of the whole task, ended by the answer. Zero if
	// nothing is recorded; a caller with a span of its own leaves it zero and
	// sets Task.Cause.
	Submit telemetry.Span
	// Attempts counts how often the call was handed to a child that may have
	// begun it.
	Attempts int
	// Pooled says that the child's pool holds the call: it goes back there if
	// the child dies.
	Pooled bool
	// Pool is the pool's own note on the call. A process actor leaves it alone.
	Pool PoolNote

	// state is twice the epoch, plus one when the task has its answer.
	state atomic.Uint64

	// The process actor's while it holds the call.
	exchange telemetry.Span
}

// Collector takes the answers of calls, from several goroutines at once. It must
// not block. When it is told of a call, nobody else holds the call any more.
type Collector interface {
	Collect(system *actor.ActorSystem, index int, result actors.Result)
}

// PoolNote is what a pool remembers on a call, so that it needs no table.
type PoolNote struct {
	// Member is who holds the call; less than zero: the pool does.
	Member int
	// Incarnation is the one of the member that the call was handed to.
	Incarnation uint32
	// Owner is the pool that handed it out: if the member's actor has ended, the
	// call goes back there.
	Owner *actor.PID
	// Accepted is when the pool took the call, and Handed when it was handed to its
	// member last.
	Accepted, Handed time.Time
	// Entry is what the pool remembers besides, of a task that needs more than a
	// place in the queue. It is the pool's own type, and nil of a plain task.
	Entry any
	// Tally counts the answer. Nil counts nothing.
	Tally *Tally
	// Queued is the span of the wait in the queue.
	Queued telemetry.Span
	// Timeout ends a task that no pool holds; the answer stops it.
	Timeout *time.Timer
	// Route is what a router that holds the call knows of it, and Routers how many
	// it has come through before.
	Route   any
	Routers uint8
	// Prev and Next link the calls of the queue; Next those of one message.
	Prev, Next *Call
	// Seq counts the calls that were accepted: the later, the higher.
	Seq uint64
	// Rank orders the calls of the queue: the lower goes first.
	Rank int64
	// AtDoor says that the call waits for room in the queue.
	AtDoor bool
	// NoWait says that it must not: its sender cannot be held up.
	NoWait bool
	// Counted says that the pool counts the calls of this key: the process actor
	// names it when it tells of the call's end.
	Counted bool
}

// Answer ends the call. Only the first answer counts: a call that was answered
// early, because its caller left, is answered again by the child. It reports
// whether this was the first. Only who holds the call may answer it.
func (c *Call) Answer(system *actor.ActorSystem, result actors.Result) bool {
	return c.AnswerAt(system, c.Epoch(), result)
}

// AnswerAt is Answer for who may hold the call no more: it does nothing if the
// call is another task's by now.
func (c *Call) AnswerAt(system *actor.ActorSystem, epoch uint64, result actors.Result) bool {
	if !c.state.CompareAndSwap(epoch<<1, epoch<<1|1) {
		return false
	}
	result.Attempts, result.Tag = c.Attempts, c.Task.Tag
	if c.Pool.Tally != nil {
		c.Pool.Tally.count(c.Pool.Member, result.Err)
	}
	c.Submit.End(result.Err)
	if c.Pool.Timeout != nil {
		c.Pool.Timeout.Stop()
	}
	if c.ReplyTo != nil {
		message := result // a copy, so that the other answers stay off the heap
		system.Root.Send(c.ReplyTo, traced(&message, c.Cause()))
		return true
	}
	if c.Into != nil {
		c.Into.Collect(system, c.Index, result)
		return true
	}
	c.Done <- result
	return true
}

// Overdue returns the answer to a task that is late before it has begun: one of its
// clocks is less than zero. Nil: it is not.
func (c *Call) Overdue() error {
	t := &c.Task
	if most := min(t.Timeout, t.QueueTimeout, t.StartTimeout, t.RunTimeout); most < 0 {
		return &actors.TaskTimeoutError{Stage: actors.StageDoor, Limit: most}
	}
	return nil
}

// Close marks the call as answered without an answer, for a holder that hands
// the answer on itself. It reports whether the call was open.
func (c *Call) Close() bool {
	state := c.state.Load()
	return state&1 == 0 && c.state.CompareAndSwap(state, state|1)
}

// traced puts a task's span on its answer, so that what the asking actor does
// with the answer belongs to the task's trace.
func traced(result *actors.Result, cause trace.SpanContext) any {
	if !cause.IsValid() {
		return result
	}
	envelope := &actor.MessageEnvelope{Message: result}
	for key, value := range telemetry.Environ(cause) {
		envelope.SetHeader(key, value)
	}
	return envelope
}

// Chain yields the calls of one message, each unlinked from the others.
func (c *Call) Chain() iter.Seq[*Call] {
	return func(yield func(*Call) bool) {
		for c != nil {
			next := c.Pool.Next
			c.Pool.Next = nil
			if !yield(c) {
				return
			}
			c = next
		}
	}
}

// Answered reports whether the call has its answer.
func (c *Call) Answered() bool { return c.state.Load()&1 != 0 }

// Epoch numbers the tasks that the call has been used for. What refers to a
// call that somebody else holds must carry the epoch and ask Open before
// anything else: the call may be another task's by then. Safe for concurrent use.
func (c *Call) Epoch() uint64 { return c.state.Load() >> 1 }

// Open reports whether the call is still the task of that epoch, and has no
// answer yet. Safe for concurrent use.
func (c *Call) Open(epoch uint64) bool { return c.state.Load() == epoch<<1 }

// Reset makes the call ready for another task, in the next epoch, keeping Done.
// Only who got the answer may reset the call, and not if it asked for the
// call to be cancelled: that message may be under way.
func (c *Call) Reset(task actors.Task) {
	c.Task, c.ReplyTo, c.Submit = task, nil, telemetry.Span{}
	c.Into, c.Index, c.Stream = nil, 0, nil
	c.Attempts, c.Pooled, c.Pool = 0, false, PoolNote{}
	c.exchange = telemetry.Span{}
	c.state.Store((c.Epoch() + 1) << 1)
}

// StartSubmit starts the span of the whole task, if the task is traced.
func (c *Call) StartSubmit(r *telemetry.Recorder, name string) {
	c.Task.Cause = r.Root(c.Task.Cause)
	c.Submit = r.Start(c.Task.Cause, telemetry.HopSubmit, name)
}

// Cause is the span that the call's hops are children of.
func (c *Call) Cause() trace.SpanContext { return c.Submit.Onward(c.Task.Cause) }

// traceContext is what the child is told: the exchange, or what caused the
// task if nothing is recorded here.
func (c *Call) traceContext() trace.SpanContext { return c.exchange.Onward(c.Cause()) }
