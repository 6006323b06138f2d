package worker

import (
	"context"
	"errors"
	"sync/atomic"
	"time"
)

// slow is when a task counts as slow and somebody else reads the wire. It is
// also how long an answer may be held back.
const slow = time.Millisecond

// watch notices that the handler is slow, at the price of two atomic additions
// for a task that is not. Its timer is set while tasks are handled, and then
// rings once each millisecond, whatever their number.
type watch struct {
	timer  *time.Timer
	set    atomic.Bool   // the timer is set, or its function has not looked yet
	begins atomic.Uint64 // jobs that the handler began
	ends   atomic.Uint64 // jobs that it ended
	seen   uint64        // the job that ran at the last ring; of who has set
}

// began makes sure that the timer rings.
func (w *watch) began() {
	w.begins.Add(1)
	w.wind()
}

func (w *watch) ended() { w.ends.Add(1) }

func (w *watch) wind() {
	if !w.set.Swap(true) {
		w.timer.Reset(slow)
	}
}

// rang looks at the handler when the timer rings, and reports whether it has
// been at the same job since the last time.
func (w *watch) rang() bool {
	job := w.begins.Load()
	runs := job != w.ends.Load()
	if runs && job != w.seen {
		w.seen = job
		w.timer.Reset(slow)
		return false
	}
	w.set.Store(false)
	if w.begins.Load() != job {
		w.wind() // the next one began before set was taken back
	}
	return runs
}

// checkSlow runs when the watch rings. It writes what was held back and, if the
// handler is slow, reads the wire in its place until it waits for more. The
// watch goes on meanwhile, for the jobs after this one.
func (s *server) checkSlow(ctx context.Context) {
	handlerIsSlow := s.watch.rang()
	_ = s.out.flush() // an error is kept
	if !handlerIsSlow {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	// Also after a shutdown: tasks that run can still be cancelled, and the
	// pool can go.
	for !s.reading && !s.idle && (s.closing == nil || errors.Is(s.closing, errShutdown)) {
		s.readLocked(ctx)
	}
}
