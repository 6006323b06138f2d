package runtime

import (
	"context"
	"os"
	"os/signal"
	"sync"
	"syscall"
)

// HandleSignals makes SIGINT and SIGTERM shut the Runtime down within
// Options.ShutdownTimeout, and a second one do it at once. The process does not
// end by itself: the program waits for Done, asks Signalled, and exits, by
// convention with 128 plus the signal's number. Children are in sessions of
// their own and do not get a terminal's Ctrl-C themselves.
//
// The returned function gives the signals back; it may be called more than once
// and need not be called. A Runtime has one handler, however often this is
// called: a goroutine that ends with the last release, or with the Runtime.
func (rt *Runtime) HandleSignals() (release func()) {
	rt.mu.Lock()
	defer rt.mu.Unlock()
	if rt.handlers++; rt.handlers == 1 {
		rt.signals = make(chan os.Signal, 2) // a first and a second one
		signal.Notify(rt.signals, syscall.SIGINT, syscall.SIGTERM)
		released := make(chan struct{})
		rt.unhandled = released
		go rt.followSignals(rt.signals, released)
	}
	return sync.OnceFunc(rt.releaseSignals)
}

func (rt *Runtime) releaseSignals() {
	rt.mu.Lock()
	defer rt.mu.Unlock()
	if rt.handlers--; rt.handlers == 0 {
		signal.Stop(rt.signals)
		close(rt.unhandled)
	}
}

func (rt *Runtime) followSignals(signals chan os.Signal, released <-chan struct{}) {
	for {
		select {
		case s := <-signals:
			if rt.noteSignal(s) {
				rt.kill()
				continue
			}
			go rt.shutdownInTime()
		case <-rt.stopped:
			signal.Stop(signals)
			select {
			case s := <-signals: // it came as the shutdown ended
				rt.noteSignal(s)
			default:
			}
			return
		case <-released:
			return
		}
	}
}

// shutdownInTime also bounds a Shutdown that was under way before the signal.
func (rt *Runtime) shutdownInTime() {
	ctx, cancel := context.WithTimeout(context.Background(), rt.options.ShutdownTimeout)
	defer cancel()
	_ = rt.Shutdown(ctx) // who waits for Done calls Shutdown as well and gets its error
	if ctx.Err() != nil {
		rt.kill()
	}
}

// noteSignal keeps the first signal and reports whether there was one before.
func (rt *Runtime) noteSignal(s os.Signal) (again bool) {
	rt.mu.Lock()
	defer rt.mu.Unlock()
	if rt.signal != nil {
		return true
	}
	rt.signal = s
	return false
}

// Signalled returns the signal that made HandleSignals shut the Runtime down,
// or nil.
func (rt *Runtime) Signalled() os.Signal {
	rt.mu.Lock()
	defer rt.mu.Unlock()
	return rt.signal
}
