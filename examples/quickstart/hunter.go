package main

import (
	"iter"
	"sync"
	"sync/atomic"
	"time"

	"brood/runtime"
)

// smallJob is how many files are so few that the hunt must begin before the
// first of them.
const smallJob = 16

// hunter kills one busy worker with SIGKILL, as a crash would, to show that
// nothing is lost. It first stops it with SIGSTOP: then it is certain that the
// worker is in the middle of a task when it dies.
type hunter struct {
	pool   *runtime.Pool
	begin  int64 // the hunt begins when this many files are done
	done   atomic.Int64
	over   chan struct{} // closed when no file is left
	hunt   sync.WaitGroup
	killed bool
}

func newHunter(pool *runtime.Pool, files int) *hunter {
	h := &hunter{pool: pool, begin: int64(files / 4), over: make(chan struct{})}
	if files < smallJob {
		h.begin = 0
		h.start()
	}
	return h
}

// step says that one more file is done.
func (h *hunter) step() {
	if h.done.Add(1) == h.begin {
		h.start()
	}
}

// start picks a busy worker, or the one that gets the next task, and freezes
// it.
func (h *hunter) start() {
	workers := h.pool.Stats().Workers
	victim := 0
	for i, w := range workers {
		if w.Held > workers[victim].Held {
			victim = i
		}
	}
	pid := workers[victim].PID
	if pid == 0 || freeze(pid) != nil {
		return // it has just died by itself
	}
	h.hunt.Go(func() { h.killed = h.wait(victim, pid) })
}

// wait kills the frozen worker when it has been holding a task for two ticks:
// longer than an answer that it had already given can take to arrive.
func (h *hunter) wait(victim, pid int) (killed bool) {
	held := 0
	for range ticks(5*time.Millisecond, time.Minute) {
		w := h.pool.Stats().Workers
		if len(w) <= victim || w[victim].PID != pid {
			return false
		}
		if held++; w[victim].Held == 0 {
			held = 0
		}
		if held > 2 {
			return kill(pid) == nil
		}
		select {
		case <-h.over:
			_ = thaw(pid)
			return false
		default:
		}
	}
	_ = thaw(pid)
	return false
}

// end ends the hunt and reports whether it was successful.
func (h *hunter) end() bool {
	close(h.over)
	h.hunt.Wait()
	return h.killed
}

// ticks yields every period until limit has passed.
func ticks(period, limit time.Duration) iter.Seq[time.Time] {
	return func(yield func(time.Time) bool) {
		ticker := time.NewTicker(period)
		defer ticker.Stop()
		end := time.Now().Add(limit)
		for now := range ticker.C {
			if now.After(end) || !yield(now) {
				return
			}
		}
	}
}
