package process

import (
	"sync"
	"sync/atomic"
)

// window holds output between the goroutine that reads it and its consumer,
// bounded. Safe for concurrent use by one of each.
//
// What is dropped leaves at most one gap before what waits and one behind it:
// once something was dropped, all is, until the consumer has taken what waits.
type window struct {
	limit int

	mu      sync.Mutex
	news    sync.Cond // something came, or nothing will
	space   sync.Cond // something was consumed, or the consumer left
	waiting []byte
	before  uint64 // dropped before what waits
	behind  uint64 // … and behind it
	held    int    // bytes that the consumer has taken and not consumed
	ended   bool   // nothing is put any more
	gone    bool   // the consumer takes no more
}

// idleBytes is the most memory that a window without content keeps.
const idleBytes = 64 << 10

func (w *window) init(limit int) {
	w.limit = limit
	w.news.L, w.space.L = &w.mu, &w.mu
}

// put adds what there is room for. It waits for more if wait is set, until cut
// is, and returns how many bytes were dropped instead.
func (w *window) put(data []byte, wait bool, cut *atomic.Bool) (dropped int) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for len(data) > 0 {
		room := w.limit - w.held - len(w.waiting)
		full := room <= 0 || w.behind > 0
		if full && wait && !w.gone && !cut.Load() {
			w.space.Wait()
			continue
		}
		if full || w.gone {
			w.behind += uint64(len(data))
			return len(data)
		}
		n := min(room, len(data))
		w.waiting = append(w.waiting, data[:n]...)
		data = data[n:]
		w.news.Signal()
	}
	return 0
}

// take waits for content and hands all of it over, with the number of bytes
// that were dropped before it. The consumer gives back the memory of what it
// took before. Not ok: nothing comes any more.
func (w *window) take(former []byte) (data []byte, dropped uint64, ok bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.held = 0
	w.space.Signal()
	if len(w.waiting) == 0 { // the two gaps are one
		w.before, w.behind = w.before+w.behind, 0
	}
	if cap(former) > idleBytes && len(w.waiting) == 0 {
		former = nil
	}
	for len(w.waiting) == 0 && !w.ended && !w.gone {
		if cap(w.waiting) > idleBytes {
			w.waiting = nil
		}
		w.news.Wait()
	}
	if len(w.waiting) == 0 || w.gone {
		return nil, w.before, false
	}
	data, dropped = w.waiting, w.before
	w.waiting, w.held = former[:0], len(data)
	w.before, w.behind = w.behind, 0
	return data, dropped, true
}

// end says that nothing comes any more.
func (w *window) end() {
	w.mu.Lock()
	w.ended = true
	w.mu.Unlock()
	w.news.Signal()
}

// leave says that nothing is taken any more, and returns how many bytes had
// been put and not been taken.
func (w *window) leave() (left int) {
	w.mu.Lock()
	defer w.mu.Unlock()
	left = len(w.waiting)
	w.waiting, w.gone = nil, true
	w.news.Signal()
	w.space.Signal()
	return left
}

// wake makes a put that waits look at its cut.
func (w *window) wake() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.space.Signal()
}
