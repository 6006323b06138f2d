package runtime

import (
	"context"
	"fmt"
	"iter"
	"time"

	"brood/actors"
	"brood/actors/pool"
	"brood/runtime/worker"
)

// DefaultMapConcurrency is MapOptions.Concurrency's default.
const DefaultMapConcurrency = 256

// MapOptions say how Map goes about it. The zero value is usable.
type MapOptions struct {
	// Concurrency is how many requests may have been taken from the sequence
	// and not been answered to the loop. Those that the workers are not ready
	// for wait in the pool's queue, which must have room for them. Zero means
	// 256.
	Concurrency int
	// AsCompleted gives responses in the order in which they come. Zero: in the
	// order of the requests.
	AsCompleted bool
}

// MapError says which request of a Map failed.
type MapError struct {
	// Index is the request's place in the sequence, from 0.
	Index int
	// Err is the error, as Call returns it.
	Err error
}

// Error names the request and the cause.
func (e *MapError) Error() string { return fmt.Sprintf("request %d: %v", e.Index, e.Err) }

// Unwrap returns the cause.
func (e *MapError) Unwrap() error { return e.Err }

// Map makes a call for each request of a sequence, several at a time, and gives
// the responses to a loop:
//
//	for resp, err := range method.Map(ctx, requests, runtime.MapOptions{}) {
//
// A request that fails gives a *MapError in its place, and the others go on.
// Leaving the loop cancels all that are under way and waits for that. If ctx
// ends, they are cancelled and given as such, and the last error is ctx's cause
// itself, unless the sequence had been read to its end.
//
// Everything happens on the loop's own goroutine, the sequence too. It is asked
// for requests no further than Concurrency allows; while it lets Map wait for the
// next one, no responses are given. Calls are handed to a *Pool, and taken back,
// in batches of what is ready, which is several times as fast as a Submit for
// each.
func (m Method[Req, Resp]) Map(ctx context.Context, requests iter.Seq[Req], options MapOptions) iter.Seq2[Resp, error] {
	return func(yield func(Resp, error) bool) {
		window := options.Concurrency
		if window == 0 {
			window = DefaultMapConcurrency
		}
		if window < 0 {
			var none Resp
			yield(none, fmt.Errorf("runtime: map: Concurrency is %d", window))
			return
		}
		next, stop := iter.Pull(requests)
		defer stop()
		run := mapping[Req, Resp]{
			method: m,
			flow:   flowTo(m.To, window),
			next:   next,
			more:   true,
			ready:  newReorder[Resp](window, options.AsCompleted),
		}
		ctx, cancel := context.WithCancel(ctx)
		defer func() {
			cancel()
			run.flow.Close()
		}()
		run.loop(ctx, yield)
	}
}

// flow is many calls of one goroutine.
type flow interface {
	Add(ctx context.Context, n int, task actors.Task)
	Flush()
	Pending() int
	Take(ctx context.Context, atLeast int) ([]pool.Answer, error)
	Close()
}

func flowTo(to Submitter, room int) flow {
	if p, ok := to.(*Pool); ok {
		return p.client.Flow(room)
	}
	return newSingles(to)
}

// mapping is one loop over a Map.
type mapping[Req, Resp any] struct {
	method Method[Req, Resp]
	flow   flow
	next   func() (Req, bool)
	more   bool // there may be another request
	pulled int  // requests, ever
	ready  *reorder[Resp]
}

func (r *mapping[Req, Resp]) loop(ctx context.Context, yield func(Resp, error) bool) {
	for r.more || r.ready.held(r.pulled) > 0 {
		if err := context.Cause(ctx); err != nil {
			r.abandon(ctx, err, yield)
			return
		}
		r.fill(ctx)
		r.take(ctx)
		for {
			o, ok := r.ready.pop()
			if !ok {
				break
			}
			if !yield(o.resp, o.err) {
				return
			}
		}
	}
}

// fillTime is about how long requests are collected before they are handed over
// and responses looked for.
const fillTime = 100 * time.Microsecond

// fill takes requests from the sequence, as many as there is room for. While
// there are responses to give, it waits for enough room to make it worthwhile.
func (r *mapping[Req, Resp]) fill(ctx context.Context) {
	if room := r.ready.window() - r.ready.held(r.pulled); r.ready.any() && 4*room < r.ready.window() {
		return
	}
	for began := time.Now(); r.more && r.ready.held(r.pulled) < r.ready.window(); {
		var req Req
		if req, r.more = r.next(); !r.more {
			break
		}
		if task, err := r.method.task(req); err != nil {
			r.put(r.pulled, outcome[Resp]{err: err})
		} else {
			r.flow.Add(ctx, r.pulled, task)
		}
		r.pulled++
		if time.Since(began) >= fillTime {
			break
		}
	}
	r.flow.Flush()
}

// take fetches the answers that are there. It waits for one if there is nothing
// else to do.
func (r *mapping[Req, Resp]) take(ctx context.Context) {
	atLeast := 0
	full := r.ready.held(r.pulled) == r.ready.window()
	if !r.ready.any() && (full || !r.more) && r.flow.Pending() > 0 {
		atLeast = 1
	}
	answers, _ := r.flow.Take(ctx, atLeast) // that ctx has ended is seen in the loop
	for i := range answers {
		var o outcome[Resp]
		if o.err = answers[i].Result.Err; o.err == nil {
			o.resp, o.err = worker.Decode[Resp](r.method.Codec, answers[i].Result.Payload)
		}
		r.put(answers[i].N, o)
	}
}

func (r *mapping[Req, Resp]) put(index int, o outcome[Resp]) {
	if o.err != nil {
		o.err = &MapError{Index: index, Err: o.err}
	}
	r.ready.put(index, o)
}

// abandon gives what is under way, which ends now, when ctx has.
func (r *mapping[Req, Resp]) abandon(ctx context.Context, cause error, yield func(Resp, error) bool) {
	more := r.more
	r.more = false
	for r.ready.held(r.pulled) > 0 {
		r.take(ctx)
		for o, ok := r.ready.pop(); ok; o, ok = r.ready.pop() {
			if !yield(o.resp, o.err) {
				return
			}
		}
	}
	if more {
		var none Resp
		yield(none, cause)
	}
}
