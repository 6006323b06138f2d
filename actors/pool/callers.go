package pool

import (
	"context"
	"sync"
	"sync/atomic"

	"github.com/asynkron/protoactor-go/actor"

	"brood/actors"
	"brood/actors/process"
)

// considerEvery is how many calls that are not watched come between two looks at
// whether they share a context.
const considerEvery = 64

// callers are what the goroutines of a Client wait with. Of a context that many of
// them share, the end is watched for once: each then waits for its answer alone, since
// the watch cancels the calls of all, and an answer comes of that. To wait for either
// of two things costs a quarter of what a task costs its owner when thousands wait.
type callers struct {
	free  sync.Pool // of *caller, that nobody waits with
	watch atomic.Pointer[watch]

	unwatched atomic.Uint32 // calls, to count when to consider
	mu        sync.Mutex
	candidate <-chan struct{} // the end of the context that was considered last
}

// caller is what one goroutine waits with, for one call after another.
type caller struct {
	call    *process.Call
	watched *watched // what it was with the last watch that it waited by; nil: none
}

// get returns a caller whose call is for this task.
func (c *callers) get(task actors.Task) *caller {
	k, ok := c.free.Get().(*caller)
	if !ok {
		k = &caller{call: &process.Call{Done: make(chan actors.Result, 1)}}
	}
	k.call.Reset(task)
	k.call.Pooled = true
	return k
}

// await waits for the answer to a call that has been sent. If ctx ends first, the call
// is cancelled, which it is answered for.
func (c *callers) await(ctx context.Context, system *actor.ActorSystem, pool *actor.PID, k *caller) actors.Result {
	end := ctx.Done()
	if end == nil {
		result := <-k.call.Done
		c.free.Put(k)
		return result
	}
	if w := c.watch.Load(); w != nil && w.end == end {
		if result, answered := c.awaitWatched(w, k); answered {
			return result
		}
	} else if c.unwatched.Add(1)%considerEvery == 0 {
		c.consider(ctx, system, pool)
	}
	select {
	case result := <-k.call.Done:
		c.free.Put(k) // a clock that still knows the call knows its epoch, too
		return result
	case <-end:
		// Whoever holds the call answers it now, or just has. It is not used
		// again: the message may arrive later than the answer.
		system.Root.Send(pool, cancelOf(k.call, context.Cause(ctx)))
		return <-k.call.Done
	}
}

// awaitWatched waits while the watch does so for the context. If it reports false, the
// watch does so no more, and does not know of the call.
func (c *callers) awaitWatched(w *watch, k *caller) (result actors.Result, answered bool) {
	mine := w.enter(k)
	if w.state.Load() != watching && mine.leave() {
		return result, false
	}
	result = <-k.call.Done
	if mine.leave() {
		c.free.Put(k)
	} // else the watch has cancelled it, and the message may arrive later than the answer
	return result, true
}

// consider watches a context from now on if the last that was considered was the same
// and nobody waits by the present watch.
func (c *callers) consider(ctx context.Context, system *actor.ActorSystem, pool *actor.PID) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if end := ctx.Done(); c.candidate != end {
		c.candidate = end
		return
	}
	if former := c.watch.Load(); former != nil && !former.giveUp() {
		return
	}
	c.watch.Store(watchContext(ctx, func(call *process.Call) {
		system.Root.Send(pool, cancelOf(call, context.Cause(ctx)))
	}))
}

// close ends the watch, when nobody waits any more.
func (c *callers) close() {
	if w := c.watch.Load(); w != nil {
		w.giveUp()
	}
}

func cancelOf(call *process.Call, cause error) *process.Cancel {
	return &process.Cancel{Call: call, Epoch: call.Epoch(), Err: cause}
}
