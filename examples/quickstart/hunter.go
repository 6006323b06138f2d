package main

import (
	"iter"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"brood/runtime"
)

// smallJob is how many files are so few that the hunt must begin before the
// first of them.
const smallJob = 16

// hunter kills one busy worker with SIGKILL, as a crash would, to show that
// nothing is lost. It first stops the workers with SIGSTOP: then it is certain
// that the victim is in the middle of a task when it dies.
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

// start freezes all workers: whichever gets the next task is then certain to be
// in the middle of it.
func (h *hunter) start() {
	var frozen []int
	for _, w := range h.pool.Stats().Workers {
		if w.PID != 0 && freeze(w.PID) == nil { // else it has just died by itself
			frozen = append(frozen, w.PID)
		}
	}
	h.hunt.Go(func() {
		h.killed = h.wait(frozen)
		for _, pid := range frozen {
			_ = thaw(pid)
		}
	})
}

// wait kills a frozen worker when it has been holding a task for two ticks:
// longer than an answer that it had already given can take to arrive.
func (h *hunter) wait(frozen []int) (killed bool) {
	held := map[int]int{} // for how many ticks, by process id
	for range ticks(5*time.Millisecond, time.Minute) {
		for _, w := range h.pool.Stats().Workers {
			if held[w.PID]++; w.Held == 0 || !slices.Contains(frozen, w.PID) {
				held[w.PID] = 0
			}
			if held[w.PID] > 2 {
				return kill(w.PID) == nil
			}
		}
		select {
		case <-h.over:
			return false
		default:
		}
	}
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
