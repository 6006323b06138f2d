package ptyiotest

import (
	"os"
	"slices"
	"syscall"
)

// lastSignal is the greatest number that is a signal; Linux's.
const lastSignal = 64

// action is what a signal does to a process that did not ask for it.
type action int

const (
	ending action = iota
	ignoring
	stopping
	resuming
)

// dispositions is what a child has asked for. The zero value is the default
// action for each signal.
type dispositions struct {
	ignored map[syscall.Signal]bool
	caught  map[syscall.Signal][]chan<- os.Signal
}

// notify has c get sigs, or all signals if it names none, beside those that get
// them already.
func (d *dispositions) notify(c chan<- os.Signal, sigs []os.Signal) {
	if d.caught == nil {
		d.caught = map[syscall.Signal][]chan<- os.Signal{}
	}
	for _, sig := range orAll(sigs) {
		if !slices.Contains(d.caught[sig], c) {
			d.caught[sig] = append(d.caught[sig], c)
		}
		delete(d.ignored, sig)
	}
}

func (d *dispositions) ignore(sigs []os.Signal) {
	if d.ignored == nil {
		d.ignored = map[syscall.Signal]bool{}
	}
	for _, sig := range orAll(sigs) {
		delete(d.caught, sig)
		d.ignored[sig] = true
	}
}

func (d *dispositions) reset(sigs []os.Signal) {
	for _, sig := range orAll(sigs) {
		delete(d.caught, sig)
		delete(d.ignored, sig)
	}
}

// orAll returns sigs as system signals, or all signals if there are none.
func orAll(sigs []os.Signal) []syscall.Signal {
	var all []syscall.Signal
	for _, sig := range sigs {
		if s, ok := sig.(syscall.Signal); ok {
			all = append(all, s)
		}
	}
	for s := syscall.Signal(1); len(sigs) == 0 && s <= lastSignal; s++ {
		all = append(all, s)
	}
	return all
}

// deliver does what the kernel does with a signal for a process that runs or is
// stopped; the caller holds the lock.
func (l *life) deliver(sig syscall.Signal) {
	does := defaultAction(sig)
	switch {
	case l.ended:
		return
	case sig == syscall.SIGKILL:
		l.end(-1, sig)
		return
	case does == resuming:
		l.resume()
	case l.stopped:
		if !slices.Contains(l.pending, sig) {
			l.pending = append(l.pending, sig)
		}
		return
	}
	if cannotBeCaught(sig) {
		l.act(sig, does)
		l.changed.Broadcast()
		return
	}
	asked := l.signals.caught[sig]
	for _, c := range asked {
		select {
		case c <- sig:
		default: // as package os/signal does: what does not fit is dropped
		}
	}
	if len(asked) == 0 && !l.signals.ignored[sig] {
		l.act(sig, does)
	}
	l.changed.Broadcast()
}

func (l *life) act(sig syscall.Signal, does action) {
	switch does {
	case ending:
		l.end(-1, sig)
	case stopping:
		l.stopped = true
	}
}

// resume lets a stopped child run again, and gives it what came meanwhile.
func (l *life) resume() {
	if !l.stopped {
		return
	}
	l.stopped = false
	pending := l.pending
	l.pending = nil
	for _, sig := range pending {
		l.deliver(sig)
	}
}
