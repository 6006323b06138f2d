package health

import (
	"context"
	"errors"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
)

// watched runs a check in a bubble for a time, and returns what it reported: when
// each probe began, after how long it was over, and its error.
func watched(t *testing.T, check Check, probe func(context.Context) error, during time.Duration) (results []Result) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), during)
	defer cancel()
	check.Probe = TCP{}
	check.WithDefaults().Watch(ctx, probe, &Child{}, func(r Result) { results = append(results, r) })
	return results
}

func TestProbesComeEveryIntervalAndDoNotOverlap(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		began := time.Now()
		results := watched(t, Check{Interval: time.Second}, func(ctx context.Context) error {
			wait := time.NewTimer(3 * time.Second) // longer than the interval
			defer wait.Stop()
			<-wait.C
			return errSick
		}, 9*time.Second)
		assert.Equal(t, []Result{
			{At: began, Took: 3 * time.Second, Err: errSick},
			{At: began.Add(4 * time.Second), Took: 3 * time.Second, Err: errSick},
		}, results, "the third was cut short: it is not reported")
	})
}

func TestProbeThatTakesTooLongIsUnresponsive(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		results := watched(t, Check{Timeout: 2 * time.Second}, func(ctx context.Context) error {
			<-ctx.Done()
			return ctx.Err()
		}, 5*time.Second)
		assert.Len(t, results, 1)
		assert.Equal(t, 2*time.Second, results[0].Took)
		assert.ErrorIs(t, results[0].Err, ErrUnresponsive)
		assert.EqualError(t, results[0].Err, "no answer within 2s: unresponsive")
	})
}

func TestEndOfWatchCancelsTheProbe(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		began := time.Now()
		assert.Empty(t, watched(t, Check{Timeout: time.Hour}, func(ctx context.Context) error {
			<-ctx.Done()
			return ctx.Err()
		}, time.Second))
		assert.Equal(t, time.Second, time.Since(began))
	})
}

func TestProofIsAskedForUntilItIsThere(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		began, failures := time.Now(), 0
		proven := Prove(t.Context(), func(context.Context) error {
			if time.Since(began) < time.Second {
				return errSick
			}
			return nil
		}, func(err error) { assert.Equal(t, errSick, err); failures++ })
		assert.True(t, proven)
		assert.Equal(t, 8, failures)                              // after 0, 10, 30, 70, 150, 310, 560, 810 ms
		assert.Equal(t, 1060*time.Millisecond, time.Since(began)) // the ninth time
	})
}

func TestProofThatHangsIsAskedForAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		var last error
		assert.False(t, Prove(ctx, func(ctx context.Context) error { <-ctx.Done(); return ctx.Err() },
			func(err error) { last = err }))
		assert.ErrorIs(t, last, ErrUnresponsive)
	})
}

func TestAlive(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		began := time.Now()
		child := &Child{Started: began}
		probe := Alive{For: time.Minute}.Open(child)
		assert.True(t, Prove(t.Context(), probe, func(error) {}))
		assert.Equal(t, time.Minute, time.Since(began).Round(time.Second))
		short, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		child.Started = time.Now()
		assert.False(t, Prove(short, probe, func(error) {}), "not sooner")
	})
}

func TestSilence(t *testing.T) {
	quiet := 10 * time.Second
	probe := Silence{Longest: 10 * time.Second}.Open(&Child{Quiet: func() time.Duration { return quiet }})
	assert.NoError(t, probe(t.Context()))
	quiet++
	assert.ErrorIs(t, probe(t.Context()), ErrUnresponsive)
}

// talker is a child's protocol side.
type talker struct {
	mu       sync.Mutex
	asked    []chan<- error
	held     int
	answered uint64
}

func (c *talker) child() *Child {
	return &Child{
		Ping: func(answer chan<- error) {
			c.mu.Lock()
			defer c.mu.Unlock()
			c.asked = append(c.asked, answer)
		},
		Tasks: func() (int, uint64) {
			c.mu.Lock()
			defer c.mu.Unlock()
			return c.held, c.answered
		},
	}
}

// soon does something half a second later.
func (c *talker) soon(t *testing.T, do func()) {
	later := time.AfterFunc(time.Second/2, func() {
		c.mu.Lock()
		defer c.mu.Unlock()
		do()
	})
	t.Cleanup(func() { later.Stop() })
}

func TestPingTellsBusyFromDead(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := &talker{}
		check := Check{Probe: Ping{}, Timeout: time.Second}.WithDefaults()
		look := func(probe func(context.Context) error) error { return check.look(t.Context(), probe, c.child()).Err }

		dead := Ping{}.Open(c.child())
		assert.ErrorIs(t, look(dead), ErrUnresponsive)
		assert.ErrorIs(t, look(dead), ErrUnresponsive)
		assert.Len(t, c.asked, 1, "one ping on its way")
		c.held = 1
		assert.ErrorIs(t, look(dead), ErrInconclusive, "it works")
		assert.ErrorIs(t, look(Ping{WhileBusy: true}.Open(c.child())), ErrUnresponsive)
		c.held = 0
		c.soon(t, func() { c.answered++ })
		assert.ErrorIs(t, look(dead), ErrInconclusive, "it has worked meanwhile")
		assert.ErrorIs(t, look(dead), ErrUnresponsive)
		c.asked[0] <- nil
		assert.NoError(t, look(dead), "a late answer is one")
		refused := errors.New("not running")
		c.soon(t, func() { c.asked[2] <- refused })
		assert.Equal(t, refused, look(dead))
	})
}
