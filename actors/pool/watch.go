package pool

import (
	"context"
	"slices"
	"sync"
	"sync/atomic"

	"brood/actors/process"
)

// What a watch does.
const (
	watching int32 = iota
	lapsed         // nothing: who waits has to look for himself
	over           // the context has ended, and it cancels the calls of those who wait
)

// watch waits for the end of one context on behalf of many callers. No goroutine
// works for it before that, unless the context is of a foreign kind (context.AfterFunc).
type watch struct {
	end    <-chan struct{}
	cancel func(*process.Call)
	stop   func() bool // keeps the context from telling of its end
	state  atomic.Int32

	mu    sync.Mutex
	calls []*watched
	sweep int // how many calls there may be before those nobody waits for are struck off
}

// fewCalls are not worth a sweep.
const fewCalls = 64

// watched is a call that a watch knows, while it is waited for and when it is not.
type watched struct {
	watch *watch
	call  *process.Call
	state atomic.Int32
}

// What a watched call is.
const (
	idle      int32 = iota
	awaited         // by its caller, and cancelled when the context ends
	struckOff       // the watch knows it no more: it has cancelled it, or swept it out
)

// watchContext calls cancel for each call that is awaited when ctx ends.
func watchContext(ctx context.Context, cancel func(*process.Call)) *watch {
	w := &watch{end: ctx.Done(), cancel: cancel, sweep: fewCalls}
	w.stop = context.AfterFunc(ctx, w.cancelAll)
	return w
}

// enter makes a caller's call awaited. The caller must look at the state of the watch
// after that: only one that was watching then is sure to find the call.
func (w *watch) enter(k *caller) *watched {
	if k.watched == nil || k.watched.watch != w || !k.watched.state.CompareAndSwap(idle, awaited) {
		k.watched = w.add(k.call)
	}
	return k.watched
}

func (w *watch) add(call *process.Call) *watched {
	c := &watched{watch: w, call: call}
	c.state.Store(awaited)
	w.mu.Lock()
	defer w.mu.Unlock()
	if len(w.calls) >= w.sweep {
		w.calls = slices.DeleteFunc(w.calls, func(c *watched) bool { return c.state.CompareAndSwap(idle, struckOff) })
		w.sweep = max(fewCalls, 2*len(w.calls))
	}
	w.calls = append(w.calls, c)
	return c
}

// leave makes a call idle again. It reports false if the watch has cancelled it.
func (c *watched) leave() bool { return c.state.CompareAndSwap(awaited, idle) }

// cancelAll cancels what is awaited: the context has ended.
func (w *watch) cancelAll() {
	w.state.Store(over)
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, c := range w.calls {
		if c.state.CompareAndSwap(awaited, struckOff) {
			w.cancel(c.call)
		}
	}
	w.calls = nil
}

// giveUp ends the watch if no call is awaited, and reports whether it did.
func (w *watch) giveUp() bool {
	w.state.CompareAndSwap(watching, lapsed) // who enters from now on finds out
	if w.inUse() {
		w.state.CompareAndSwap(lapsed, watching)
		return false
	}
	w.stop()
	return true
}

func (w *watch) inUse() bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return slices.ContainsFunc(w.calls, func(c *watched) bool { return c.state.Load() == awaited })
}
