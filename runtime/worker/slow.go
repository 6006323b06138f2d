package worker

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"time"
)

// slow is when a task counts as slow and somebody else reads the wire. It is
// also how long an answer may be held back.
const slow = time.Millisecond

// longestPause is the longest between two looks at the handler, of which the second
// finds it slow: if no task waits behind it and those before it were quick. For a
// worker that gets one quick task after the other, to look each millisecond costs a
// tenth of what it can do, or more, since each look wakes a thread.
const longestPause = 8 * slow

// watch notices that the handler is slow, at the price of a few atomic operations
// for a task that is not. Its timer is set while tasks are handled, and then rings
// after a pause, whatever their number.
type watch struct {
	timer   *time.Timer
	set     atomic.Bool   // the timer is set, or its function has not looked yet
	begins  atomic.Uint64 // jobs that the handler began
	ends    atomic.Uint64 // jobs that it ended
	patient atomic.Bool   // nothing waits behind the job that was begun last
	pause   atomic.Int64  // until the timer rings; longer than slow only for patient jobs

	mu   sync.Mutex // of rang
	seen uint64     // the job that ran at the last ring
}

// began makes sure that the timer rings: in a moment, if something waits behind
// the job.
func (w *watch) began(alone bool) {
	if w.patient.Load() != alone {
		w.patient.Store(alone)
	}
	w.begins.Add(1)
	if !alone && w.pause.Load() > int64(slow) {
		w.pause.Store(int64(slow))
		w.set.Store(true)
		w.timer.Reset(slow)
		return
	}
	w.wind()
}

func (w *watch) ended() { w.ends.Add(1) }

func (w *watch) wind() {
	if !w.set.Swap(true) {
		w.timer.Reset(max(slow, time.Duration(w.pause.Load())))
	}
}

// rang looks at the handler when the timer rings, and reports whether it has
// been at the same job since the last time.
func (w *watch) rang() bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	job := w.begins.Load()
	runs := job != w.ends.Load()
	isSlow := runs && job == w.seen
	pause := w.nextPause(isSlow)
	if runs && !isSlow {
		w.seen = job
		w.timer.Reset(pause)
		return false
	}
	w.set.Store(false)
	if w.begins.Load() != job {
		w.wind() // the next one began before set was taken back
	}
	return isSlow
}

// nextPause decides when the timer rings next.
func (w *watch) nextPause(isSlow bool) time.Duration {
	pause := min(2*max(slow, time.Duration(w.pause.Load())), longestPause)
	w.pause.Store(int64(pause))
	if isSlow || !w.patient.Load() { // asked after the pause is set: began looks the other way round
		pause = slow
		w.pause.Store(int64(slow))
	}
	return pause
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
	s.mark.doubt()
	s.mu.Lock()
	defer s.mu.Unlock()
	// Also after a shutdown: tasks that run can still be cancelled, and the
	// pool can go.
	for !s.reading && !s.idle && (s.closing == nil || errors.Is(s.closing, errShutdown)) {
		s.readLocked(ctx)
	}
}
