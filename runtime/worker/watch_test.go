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
func (w *watched) handle(others bool, during time.Duration) {
	for began := time.Now(); time.Since(began) < during; {
		w.began(others)
		time.Sleep(time.Millisecond / 5)
		w.ended()
	}
}

// Quick jobs are looked at seldom, and one that is alone never.
func TestWatchLooksSeldom(t *testing.T) {
	for others, rings := range map[bool]int{true: 128, false: 0} {
		synctest.Test(t, func(t *testing.T) {
			w := newWatched()
			defer w.timer.Stop()
			w.handle(others, time.Second)
			assert.InDelta(t, rings, len(w.rings()), 3)
			assert.Empty(t, w.slow)
		})
	}
}

func TestWatchNoticesSlowJobs(t *testing.T) {
	for _, c := range []struct {
		name   string
		before bool          // they come after quick ones
		each   time.Duration // how long they take
		first  time.Duration // until the first look, at most
		within time.Duration // until it is noticed, at most
	}{
		{"one", false, time.Hour, shortestPause, shortestPause},
		{"one after quick ones", true, time.Hour, longestPause, 2 * longestPause},
		{"several", false, 2 * slow, shortestPause, 2 * shortestPause},
		{"several after quick ones", true, 2 * slow, longestPause, 3 * longestPause},
	} {
		synctest.Test(t, func(t *testing.T) {
			w := newWatched()
			defer w.timer.Stop()
			if c.before {
				w.handle(true, time.Second)
			}
			rings := len(w.rings())
			began := time.Now()
			stop := make(chan struct{})
			go func() {
				for {
					w.began(true)
					select {
					case <-stop:
						w.ended()
						return
					case <-time.After(c.each):
						w.ended()
					}
				}
			}()
			assert.LessOrEqual(t, (<-w.slow).Sub(began), c.within, c.name)
			require.Greater(t, len(w.rings()), rings, c.name)
			assert.LessOrEqual(t, w.rings()[rings].Sub(began), c.first, c.name)
			close(stop)
			time.Sleep(time.Second)
			// What is slow once is looked for again soon.
			rings = len(w.rings())
			w.began(true)
			time.Sleep(2 * shortestPause)
			assert.Greater(t, len(w.rings()), rings, c.name)
			w.ended()
		})
	}
}
