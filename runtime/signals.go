package runtime

import (
	"context"
	"os"
	"os/signal"
	"syscall"
)

// HandleSignals makes SIGINT and SIGTERM shut the Runtime down within
// Options.ShutdownTimeout, and a second one do it at once. The process does not
// end by itself: the program waits for Done, asks Signalled, and exits, by
// convention with 128 plus the signal's number. Children are in sessions of
// their own and do not get a terminal's Ctrl-C themselves.
//
// The returned function gives the signals back; it may be called more than once
// and need not be called. The handler is one goroutine that ends with it, or
// with the Runtime.
func (rt *Runtime) HandleSignals() (release func()) {
	signals := make(chan os.Signal, 2) // a first and a second one
	signal.Notify(signals, syscall.SIGINT, syscall.SIGTERM)
	done, cancel := context.WithCancel(context.Background())
	go func() {
		defer signal.Stop(signals)
		rt.followSignals(done, signals)
	}()
	return cancel
}

func (rt *Runtime) followSignals(done context.Context, signals <-chan os.Signal) {
	for {
		select {
		case s := <-signals:
			if rt.noteSignal(s) {
				rt.kill()
				continue
			}
			go rt.shutdownInTime()
		case <-rt.stopped:
			return
		case <-done.Done():
			return
		}
	}
}

func (rt *Runtime) shutdownInTime() {
	ctx, cancel := context.WithTimeout(context.Background(), rt.options.ShutdownTimeout)
	defer cancel()
	_ = rt.Shutdown(ctx) // who waits for Done calls Shutdown as well and gets its error
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
