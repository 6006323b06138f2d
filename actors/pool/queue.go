package pool

import (
	"cmp"
	"fmt"
	"iter"
	"math"
	"slices"
	"time"

	"brood/actors"
	"brood/actors/process"
)

// room bounds a queue.
type room struct {
	tasks    int
	bytes    int // of payloads; 0: no bound
	whenFull WhenFull
}

// queue holds the calls that wait and says which one is next. Without features
// it is one line of calls; what costs more is there only if it was asked for:
// lines for each priority that waits, lanes for each key that waits or is
// counted, a bench of lanes for each worker that keys stick to.
type queue struct {
	order Order
	room  room
	clock func() time.Duration // is read only if calls age

	length int // of all, but for the door
	bytes  int // of their payloads
	atDoor int
	seq    uint64 // of the last call that was accepted
	steps  int64  // of priority, that the rank has room for

	all  lane // if no keys are looked at
	keys keys // if they are
	door line // calls that wait for room
}

func newQueue(order Order, room room, clock func() time.Duration) queue {
	q := queue{order: order, room: room, clock: clock}
	if order.Ageing > 0 {
		q.steps = math.MaxInt64 / 2 / int64(order.Ageing)
	}
	if order.keyed() {
		q.keys = newKeys(order)
	}
	return q
}

// pushBack takes a new call.
func (q *queue) pushBack(call *process.Call) {
	q.seq++
	call.Pool.Seq, call.Pool.Rank = q.seq, q.rank(call.Task.Priority)
	q.push(call)
}

// pushFront takes a call that was accepted before: in front of those of its
// kind that were accepted later.
func (q *queue) pushFront(call *process.Call) { q.push(call) }

func (q *queue) push(call *process.Call) {
	call.Pool.Member = queued
	q.length++
	q.bytes += len(call.Task.Payload)
	if q.keys.lanes == nil {
		q.all.push(call, q.room.whenFull == PushOut)
		return
	}
	q.keys.push(call, q.room.whenFull == PushOut)
}

// rank is what calls of a queue are compared by: the lower goes first. That of a
// call never changes, since all age alike.
func (q *queue) rank(priority int) int64 {
	if q.order.Ageing == 0 {
		return ^int64(priority) // -priority-1, which has no overflow
	}
	steps := max(-q.steps, min(q.steps, int64(priority)))
	return int64(q.clock()) - steps*int64(q.order.Ageing)
}

// unlink takes a call out that waits here or at the door.
func (q *queue) unlink(call *process.Call) {
	if call.Pool.AtDoor {
		q.leaveDoor(call)
		return
	}
	q.length--
	q.bytes -= len(call.Task.Payload)
	if q.keys.lanes == nil {
		q.all.remove(call, q.room.whenFull == PushOut)
		return
	}
	q.keys.remove(call, q.room.whenFull == PushOut)
}

// first is the call that is next for any worker; nil if there is none, or all
// are of keys that have to wait.
func (q *queue) first() *process.Call {
	if q.keys.lanes != nil {
		return q.keys.any.head()
	}
	if q.length == 0 {
		return nil
	}
	return q.all.head()
}

// handed takes a call out because a member gets it.
func (q *queue) handed(call *process.Call, to int) {
	if q.keys.lanes != nil {
		q.keys.hand(call, to)
	}
	q.unlink(call)
}

// empty takes all calls out, in the order of their acceptance.
func (q *queue) empty() []*process.Call {
	calls := slices.SortedFunc(q.waiting(), func(a, b *process.Call) int { return cmp.Compare(a.Pool.Seq, b.Pool.Seq) })
	for _, call := range calls {
		q.unlink(call)
	}
	return calls
}

// waiting yields all calls, but for those at the door, in no order.
func (q *queue) waiting() iter.Seq[*process.Call] {
	return func(yield func(*process.Call) bool) {
		if !q.all.each(yield) {
			return
		}
		for _, l := range q.keys.lanes {
			if !l.each(yield) {
				return
			}
		}
	}
}

// tooLarge says that a call can never wait, however empty the queue is.
func (q *queue) tooLarge(call *process.Call) error {
	if n := len(call.Task.Payload); q.room.bytes > 0 && n > q.room.bytes {
		return fmt.Errorf("pool: payload of %d bytes, of %d that may wait: %w", n, q.room.bytes, actors.ErrTooLarge)
	}
	return nil
}

// fits reports whether a call may be added.
func (q *queue) fits(call *process.Call) bool {
	return q.length < q.room.tasks && (q.room.bytes == 0 || q.bytes+len(call.Task.Payload) <= q.room.bytes)
}

// over reports whether more waits than may.
func (q *queue) over() bool {
	return q.length > q.room.tasks || q.room.bytes > 0 && q.bytes > q.room.bytes
}

// least is the call that can be missed most.
func (q *queue) least() *process.Call {
	if q.keys.lanes != nil {
		return q.keys.longest.items[0].least()
	}
	return q.all.least()
}
