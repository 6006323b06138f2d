package ptyiotest

import (
	"os"
	"runtime"
	"sync"
	"syscall"
	"time"

	"brood/ptyio"
)

// life is what makes a call of a function look like a process: it is stopped,
// ended and reaped, and has signals and streams.
type life struct {
	mu      sync.Mutex
	changed *sync.Cond // of anything below, or in the pipes

	stdin, stdout, stderr *pipe // stderr is stdout on a terminal
	size                  ptyio.Size
	resized               chan ptyio.Size // holds the newest size, until it is taken
	files                 []*os.File      // the child's own

	signals dispositions
	stopped bool
	pending []syscall.Signal // came while stopped; each once

	ended bool
	exit  ptyio.Exit
	over  chan struct{} // closed when ended is set

	reaped chan struct{} // closed after that, when nothing of the child is left
	onExit []func(ptyio.Exit, error)
}

// newLife starts the goroutine that reaps; it ends with the child.
func newLife(terminal bool, size ptyio.Size, files []*os.File) *life {
	l := &life{
		size: size, resized: make(chan ptyio.Size, 1), files: files,
		over: make(chan struct{}), reaped: make(chan struct{}),
		exit: ptyio.Exit{Code: -1, Started: time.Now()},
	}
	l.changed = sync.NewCond(&l.mu)
	l.stdin = &pipe{life: l, reader: end{ofChild: true}}
	l.stdout = &pipe{life: l, writer: end{ofChild: true}}
	l.stderr = l.stdout
	if !terminal {
		l.stderr = &pipe{life: l, writer: end{ofChild: true}}
	}
	go l.reap()
	return l
}

// reap finishes the child and then tells the end to those who asked for it. It
// has a goroutine of its own, because whoever ends the child, by Kill say, may
// hold locks that they want.
func (l *life) reap() {
	<-l.over
	for _, f := range l.files {
		f.Close()
	}
	l.mu.Lock()
	close(l.reaped)
	last := l.onExit
	l.mu.Unlock()
	for _, f := range last {
		f(l.exit, nil)
	}
}

// end ends the child, unless it has ended; the caller holds the lock. Its
// goroutines learn of it at their next mayRun.
func (l *life) end(code int, sig syscall.Signal) {
	if l.ended {
		return
	}
	l.ended = true
	l.exit.Code, l.exit.Signal, l.exit.Ended = code, sig, time.Now()
	l.stdin.reader.close()
	l.stdout.writer.close()
	l.stderr.writer.close()
	close(l.over)
	l.changed.Broadcast()
}

// mayRun returns when the child may run: it waits while it is stopped, and ends
// the calling goroutine when it has ended. The caller holds the lock, in a
// function that gives it up by a defer.
func (l *life) mayRun() {
	for l.stopped && !l.ended {
		l.changed.Wait()
	}
	if l.ended {
		runtime.Goexit()
	}
}

// resize tells the child its terminal's size, which the newest replaces.
func (l *life) resize(size ptyio.Size) {
	l.size = size
	select {
	case <-l.resized:
	default:
	}
	l.resized <- size // one place, and only the holder of the lock sends
	l.deliver(sigWinch)
}
