package worker

import (
	"sync"
	"sync/atomic"
	"time"
)

// While there is more than one task in the worker, a watch looks at the handler: the
// first time after shortestPause, and after up to longestPause as long as it finds that
// tasks are quick. What was held back is written then. Each look wakes a thread,
// which costs a worker with quick tasks up to a fourth of what it can do if it happens each
// millisecond.
const (
	shortestPause = time.Millisecond
	longestPause  = 8 * time.Millisecond
	// slow is what a task takes, on average from one look to the next, of which the
	// pool should not have handed out others ahead.
	slow = 250 * time.Microsecond
)

// watch notices that the handler is slow, at the price of a few atomic operations
// for a task that is not. Its timer is set while tasks are handled of which there is
// more than one, and then rings after a pause, whatever their number.
type watch struct {
	timer  *time.Timer
	set    atomic.Bool   // the timer is set, or its function has not looked yet
	begins atomic.Uint64 // jobs that the handler began
	ends   atomic.Uint64 // jobs that it ended
	// idle is how many jobs had ended when the handler last had none.
	idle atomic.Uint64

	mu    sync.Mutex
	pause time.Duration // until the next ring
	since time.Time     // when the timer was set
	seen  uint64        // jobs that had ended by then
}

// began says that the handler is at the next job, and makes sure that the timer rings
// if there are others.
func (w *watch) began(others bool) {
	w.begins.Add(1)
	if others && !w.set.Swap(true) {
		w.mu.Lock()
		w.wind()
		w.mu.Unlock()
	}
}

func (w *watch) ended() { w.ends.Add(1) }

// idles says that the handler has no job left.
func (w *watch) idles() { w.idle.Store(w.ends.Load()) }

func (w *watch) wind() {
	w.pause = max(w.pause, shortestPause)
	w.since, w.seen = time.Now(), w.ends.Load()
	w.timer.Reset(w.pause)
}

// rang looks at the handler when the timer rings, and reports whether it has been
// slow since that was set.
func (w *watch) rang() (isSlow bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	job, ended := w.begins.Load(), w.ends.Load()
	busy := job != ended && w.idle.Load() <= w.seen // since the timer was set, and still
	isSlow = busy && time.Since(w.since)/time.Duration(max(ended-w.seen, 1)) > slow
	w.pause = min(2*w.pause, longestPause)
	if isSlow {
		w.pause = shortestPause
	}
	if job != ended && !isSlow {
		w.wind()
		return false
	}
	w.set.Store(false)                               // the next job sets it again
	if w.begins.Load() != job && !w.set.Swap(true) { // which began before that
		w.wind()
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
