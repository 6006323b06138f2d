package worker

import (
	"sync"
	"sync/atomic"
	"time"
)

// While there is more than one task in the worker, a watch looks at the handler: the
// first time after shortestPause, and after up to longestPause as long as it finds it at
// another task each time. What was held back is written then. Each look wakes a thread,
// which costs a worker with quick tasks a fourth of what it can do if it happens every
// millisecond.
const (
	shortestPause = time.Millisecond
	longestPause  = 8 * time.Millisecond
)

// watch notices that the handler is slow, at the price of a few atomic operations
// for a task that is not. Its timer is set while tasks are handled of which there is
// more than one, and then rings after a pause, whatever their number.
type watch struct {
	timer  *time.Timer
	set    atomic.Bool   // the timer is set, or its function has not looked yet
	begins atomic.Uint64 // jobs that the handler began
	ends   atomic.Uint64 // jobs that it ended

	mu    sync.Mutex
	pause time.Duration // until the next ring, if it is longer than the shortest
	seen  uint64        // the job that ran at the last ring
}

// began says that the handler is at the next job, and makes sure that the timer rings
// if there are others.
func (w *watch) began(others bool) {
	w.begins.Add(1)
	if others && !w.set.Swap(true) {
		w.mu.Lock()
		w.timer.Reset(max(w.pause, shortestPause))
		w.mu.Unlock()
	}
}

func (w *watch) ended() { w.ends.Add(1) }

// rang looks at the handler when the timer rings, and reports whether it has
// been at the same job since the last time.
func (w *watch) rang() (isSlow bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	job := w.begins.Load()
	runs := job != w.ends.Load()
	isSlow = runs && job == w.seen
	w.pause = min(2*max(w.pause, shortestPause), longestPause)
	if isSlow {
		w.pause = shortestPause
	}
	if runs && !isSlow {
		w.seen = job
		w.timer.Reset(w.pause)
		return false
	}
	w.set.Store(false)
	if w.begins.Load() != job && !w.set.Swap(true) { // the next one began before set was taken back
		w.timer.Reset(w.pause)
	}
	return isSlow
}

// lookAtHandler runs when the watch rings. It writes what was held back, and takes
// back what the pool was told of how quick the handler is.
func (s *server) lookAtHandler() {
	isSlow := s.watch.rang()
	_ = s.out.flush() // an error is kept
	s.mu.Lock()
	defer s.mu.Unlock()
	if isSlow && !s.over {
		s.mark.doubt()
	}
}
