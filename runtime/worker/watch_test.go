package worker

import (
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// watched is a watch whose rings are noted, on a clock of its own.
type watched struct {
	watch
	slow chan time.Time

	mu  sync.Mutex
	all []time.Time
}

func newWatched() *watched {
	w := &watched{slow: make(chan time.Time, 100)}
	w.timer = newTimer(func() {
		w.mu.Lock()
		w.all = append(w.all, time.Now())
		w.mu.Unlock()
		if w.rang() {
			w.slow <- time.Now()
		}
	})
	return w
}

func (w *watched) rings() []time.Time {
	synctest.Wait()
	w.mu.Lock()
	defer w.mu.Unlock()
	return slices.Clone(w.all)
}

// handle handles jobs for a time, of which each takes a fifth of a millisecond and
// the next one is there at once.
func (w *watched) handle(alone bool, during time.Duration) {
	for began := time.Now(); time.Since(began) < during; {
		w.began(alone)
		time.Sleep(slow / 5)
		w.ended()
	}
}

func TestWatchLooksSeldomAtQuickJobsThatNothingWaitsBehind(t *testing.T) {
	for _, c := range []struct {
		alone bool
		rings int
	}{{true, 128}, {false, 1000}} {
		synctest.Test(t, func(t *testing.T) {
			w := newWatched()
			defer w.timer.Stop()
			w.handle(c.alone, time.Second)
			assert.InDelta(t, c.rings, len(w.rings()), 3)
			assert.Empty(t, w.slow)
		})
	}
}

func TestWatchNoticesASlowJob(t *testing.T) {
	for _, c := range []struct {
		name   string
		before bool // it comes after quick ones that nothing waited behind
		alone  bool
		within time.Duration
	}{
		{"the first", false, true, 3 * slow},
		{"after quick ones", true, true, 2 * longestPause},
		{"after quick ones, and others wait", true, false, 2 * slow},
	} {
		synctest.Test(t, func(t *testing.T) {
			w := newWatched()
			defer w.timer.Stop()
			if c.before {
				w.handle(true, time.Second)
			}
			rings := len(w.rings())
			began := time.Now()
			w.began(c.alone)
			assert.LessOrEqual(t, (<-w.slow).Sub(began), c.within, c.name)
			if !c.alone {
				require.Greater(t, len(w.rings()), rings, c.name)
				assert.LessOrEqual(t, w.rings()[rings].Sub(began), slow, c.name)
			}
			time.Sleep(time.Second)
			w.ended()
			assert.Len(t, w.slow, 0, c.name)
			// What is slow once is looked for again soon.
			rings = len(w.rings())
			w.began(true)
			time.Sleep(slow)
			assert.Len(t, w.rings(), rings+1, c.name)
			w.ended()
		})
	}
}
