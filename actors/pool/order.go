package pool

import "time"

// Order says which of the tasks that wait goes to a worker next, and to which.
// The zero value is by Task.Priority, and first in, first out among equals.
//
// A task that comes back from a worker that died goes to the front of its
// equals, in the order in which they were accepted. Answers come in any order.
type Order struct {
	// Ageing is how long a wait is worth one step of Task.Priority: a task that
	// was accepted this much earlier stands with those of one priority more. So
	// one that waits is overtaken at most by those that come within the
	// difference in priority times Ageing. Zero: a higher priority always goes
	// first, and a low one may wait for ever.
	Ageing time.Duration
	// Fair shares the workers among the keys that wait: in each round every
	// Task.Key has one turn, however many tasks it has. Priority and Ageing then
	// order the tasks of a key only.
	Fair bool
	// Sticky hands the tasks of a key to one worker for as long as it is ready,
	// also when the key had no task in between. While that worker is full they
	// wait for it, and other keys' tasks pass them. When it ends, or is to end, the
	// next one goes to the worker that then holds the fewest, and the key stays
	// there; what the old one holds may still run beside it. Keys are remembered
	// by a hash of 4,096 values: those that have the same share a worker. A worker
	// that was started later gets only keys that have no worker.
	Sticky bool
	// KeyLimit is how many tasks of one key the workers may hold at once, those
	// included that were given up and that the worker has not answered. What is
	// above it waits, and other keys' tasks pass it. Zero means no limit.
	KeyLimit int
}

// keyed reports whether the order looks at keys.
func (o Order) keyed() bool { return o.Fair || o.Sticky || o.KeyLimit > 0 }

// WhenFull is what becomes of a task for which the queue has no room.
type WhenFull uint8

const (
	// Refuse answers it with actors.ErrQueueFull.
	Refuse WhenFull = iota
	// Wait lets its Submit wait at the door until there is room: in the order of
	// coming, whatever their priorities and keys, and nobody passes one that is
	// too large yet. It is not accepted before: when the pool drains or ends it is
	// answered as one that came later. Its Timeout runs. A task that an actor sends
	// as a message is refused, since nothing would bound how many of those wait.
	Wait
	// PushOut takes the oldest tasks of the lowest priority out of the queue, as
	// many as it takes, and answers them with actors.ErrPushedOut. If the Order
	// looks at keys, they are taken from the key of which the most wait. If that is
	// the new task itself, since all others are of a higher priority, it is
	// answered with actors.ErrQueueFull.
	PushOut
)
