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
	// Done gets the answer if ReplyTo is nil. It needs room for one.
	Done chan actors.Result
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

	answered atomic.Bool

	// The process actor's while it holds the call.
	exchange telemetry.Span
}

// PoolNote is what a pool remembers on a call, so that it needs no table.
type PoolNote struct {
	// Member is who holds the call; -1: it is queued.
	Member int
	// Incarnation is the one of the member that the call was handed to.
	Incarnation uint32
	// Cancelled is the error that the caller was promised, if the call came
	// back.
	Cancelled error
	// Lost is the exit of the last child that died with the call after it may
	// have run there; nil if there was none.
	Lost *actors.Exit
	// Queued is the span of the wait in the queue.
	Queued telemetry.Span
	// Timeout ends the call when its time is over; the answer stops it.
	Timeout *time.Timer
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
	// names it when it frees the slot.
	Counted bool
}

// Answer ends the call. Only the first answer counts: a call that was answered
// early, because its caller left, is answered again by the child. It reports
// whether this was the first.
func (c *Call) Answer(system *actor.ActorSystem, result actors.Result) bool {
	if !c.answered.CompareAndSwap(false, true) {
		return false
	}
	result.Attempts, result.Tag = c.Attempts, c.Task.Tag
	c.Submit.End(result.Err)
	if c.Pool.Timeout != nil {
		c.Pool.Timeout.Stop()
	}
	if c.ReplyTo != nil {
		message := result // a copy, so that the other answers stay off the heap
		system.Root.Send(c.ReplyTo, traced(&message, c.Cause()))
		return true
	}
	c.Done <- result
	return true
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
func (c *Call) Answered() bool { return c.answered.Load() }

// Reset makes the call ready for another task, keeping Done. Only who knows
// that nobody else holds the call may reset it.
func (c *Call) Reset(task actors.Task) {
	*c = Call{Task: task, Done: c.Done}
}

// Cause is the span that the call's hops are children of.
func (c *Call) Cause() trace.SpanContext { return c.Submit.Onward(c.Task.Cause) }

// traceContext is what the child is told: the exchange, or what caused the
// task if nothing is recorded here.
func (c *Call) traceContext() trace.SpanContext { return c.exchange.Onward(c.Cause()) }
