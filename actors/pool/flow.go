package pool

import (
	"context"
	"sync"

	"github.com/asynkron/protoactor-go/actor"

	"brood/actors"
	"brood/actors/process"
)

// Flow is calls of one goroutine that are under way at the same time: it hands
// over many in one message and is woken once for many answers. No goroutine works
// for it. A Flow is for one goroutine at a time; Close must be called at its
// end.
type Flow struct {
	client *Client
	calls  []*process.Call // by slot; nil: free, or answered
	number []int           // of each call, by slot
	free   []int           // slots
	adding *Batch          // not handed over; nil: nothing was added
	answer []Answer        // what Take returned last

	mu      sync.Mutex
	done    []Answer // not taken yet
	wanted  int      // how many answers wake who waits; 0: nobody waits
	arrived chan struct{}
}

// Answer is the answer to one call of a Flow.
type Answer struct {
	// N is what the task was added with.
	N      int
	Result actors.Result

	slot int
}

var _ process.Collector = (*Flow)(nil)

// Flow returns a Flow with room for so many calls at a time.
func (c *Client) Flow(room int) *Flow {
	f := &Flow{
		client:  c,
		calls:   make([]*process.Call, room),
		number:  make([]int, room),
		free:    make([]int, room),
		arrived: make(chan struct{}, 1),
	}
	for i := range f.free {
		f.free[i] = room - 1 - i
	}
	return f
}

// Room is how many calls can be added before some are answered.
func (f *Flow) Room() int { return len(f.free) }

// Pending is how many calls have been added and not been returned by Take.
func (f *Flow) Pending() int { return len(f.calls) - len(f.free) }

// Add puts a task, which its answer is known by as n, to those that Flush hands to
// the pool. There must be room.
func (f *Flow) Add(ctx context.Context, n int, task actors.Task) {
	if f.adding == nil {
		f.adding = batches.Get().(*Batch)
	}
	last := len(f.free) - 1
	slot := f.free[last]
	f.free = f.free[:last]
	call := f.client.call(ctx, task)
	call.Into, call.Index = f, slot
	f.calls[slot], f.number[slot] = call, n
	f.adding.calls = append(f.adding.calls, call)
}

// Flush hands what was added to the pool, in order and in one message.
func (f *Flow) Flush() {
	if f.adding != nil {
		f.client.system.Root.Send(f.client.pid, f.adding)
		f.adding = nil
	}
}

// Collect takes an answer from whoever gives it.
func (f *Flow) Collect(_ *actor.ActorSystem, slot int, result actors.Result) {
	f.mu.Lock()
	f.done = append(f.done, Answer{slot: slot, Result: result})
	wake := f.wanted > 0 && len(f.done) >= f.wanted
	if wake {
		f.wanted = 0
	}
	f.mu.Unlock()
	if wake {
		f.arrived <- struct{}{}
	}
}

// Take waits until at least so many calls are answered, which must have been
// handed over, and returns all answers that are there, in the order in which they came. What
// it returned before is void. If ctx ends first, all calls are cancelled, which
// is an answer too, and ctx's cause is returned beside the answers.
func (f *Flow) Take(ctx context.Context, atLeast int) (answers []Answer, err error) {
	if f.wait(atLeast) {
		select {
		case <-f.arrived:
		case <-ctx.Done():
			err = context.Cause(ctx)
			f.cancel(err)
			<-f.arrived
		}
	}
	former := f.answer
	clear(former)
	f.mu.Lock()
	f.answer, f.done = f.done, former[:0]
	f.mu.Unlock()
	for i := range f.answer {
		a := &f.answer[i]
		a.N = f.number[a.slot]
		f.release(a.slot)
	}
	return f.answer, err
}

// wait says how many answers are waited for, and reports whether they are still
// to come.
func (f *Flow) wait(atLeast int) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	if len(f.done) >= atLeast {
		return false
	}
	f.wanted = atLeast
	return true
}

// release makes the slot of an answered call free.
func (f *Flow) release(slot int) {
	call := f.calls[slot]
	f.calls[slot] = nil
	f.free = append(f.free, slot)
	if call != nil { // else its cancel may still be under way
		f.client.calls.Put(call)
	}
}

// cancel cancels all calls that are not answered.
func (f *Flow) cancel(err error) {
	m := &CancelAll{err: err}
	for i, call := range f.calls {
		if call != nil {
			m.calls = append(m.calls, call)
			f.calls[i] = nil
		}
	}
	f.client.system.Root.Send(f.client.pid, m)
}

// Close cancels what is under way and waits for the answers, which come at once.
func (f *Flow) Close() {
	f.Flush()
	if n := f.Pending(); n > 0 {
		f.cancel(context.Canceled)
		_, _ = f.Take(context.Background(), n)
	}
}
