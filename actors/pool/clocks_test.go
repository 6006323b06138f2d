package pool

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"brood/actors"
	"brood/actors/process"
)

func anEntry() *entry {
	return enter(&process.Call{Done: make(chan actors.Result, 1)})
}

// rings moves the clocks to a time and returns the entries whose clocks ring.
func (c *clocks) rings(now time.Duration) (rung []*entry) {
	for {
		e, _ := c.due(now)
		if e == nil {
			return rung
		}
		rung = append(rung, e)
	}
}

func TestWaitingClocksStandStillByTurns(t *testing.T) {
	const s = time.Second
	var c clocks
	e := anEntry()
	c.turn(10*s, false)
	c.set(e, lineQueue, 10*s, 5*s)
	c.set(e, lineStart, 10*s, 4*s)

	at, ok := c.next()
	assert.True(t, ok)
	assert.Equal(t, 14*s, at, "nobody is ready: StartTimeout")
	c.turn(12*s, true)
	at, _ = c.next()
	assert.Equal(t, 17*s, at, "somebody is: QueueTimeout")
	assert.Empty(t, c.rings(16*s))
	c.turn(16*s, false)
	at, _ = c.next()
	assert.Equal(t, 18*s, at, "two seconds were used up before")
	assert.Empty(t, c.rings(18*s-1))
	c.turn(18*s-1, true)
	assert.Empty(t, c.rings(19*s-2))
	assert.Equal(t, []*entry{e}, c.rings(19*s-1), "four before and one now")
	assert.True(t, c.waiting(), "the other is taken back by who answers")
	c.stopWaits(e)
	assert.False(t, c.waiting())
	_, ok = c.next()
	assert.False(t, ok)
}

func TestClockThatNeverRings(t *testing.T) {
	var c clocks
	c.set(anEntry(), lineTotal, 1, math.MaxInt64)
	_, ok := c.next()
	assert.False(t, ok)
}

// The clocks of tasks that were answered by their workers, of which the pool does
// not hear, do not pile up.
func TestClocksOfAnsweredTasksAreSwept(t *testing.T) {
	var c clocks
	open := []*entry{anEntry(), anEntry(), anEntry()}
	for i := range 10_000 {
		e := anEntry()
		c.set(e, lineTotal, time.Duration(i), time.Hour)
		e.call.Close()
		if i%4000 == 0 {
			c.set(open[i/4000], lineTotal, time.Duration(i), time.Hour)
		}
		require.LessOrEqual(t, len(c.lines[lineTotal].items), 2*(len(open)+1)+sweepAt+1)
	}
	rung := slices.DeleteFunc(c.rings(2*time.Hour), func(e *entry) bool { return !e.open() })
	assert.Equal(t, open, rung)
}

// model is the same without heaps and lines.
type model map[*entry]*[lines]time.Duration // what is left; 0: not set; less: it rings

func (m model) pass(d time.Duration, ready bool) {
	for _, left := range m {
		for line := range left {
			moves := line == lineTotal || line == lineRest || (line == lineQueue) == ready
			if left[line] > 0 && moves {
				if left[line] -= d; left[line] <= 0 {
					left[line] = -1
				}
			}
		}
	}
}

func TestClocksAgainstAModel(t *testing.T) {
	for seed := range uint64(200) {
		random := rand.New(rand.NewPCG(seed, 1))
		var c clocks
		m, now, ready := model{}, time.Duration(0), false
		entries := []*entry{anEntry(), anEntry(), anEntry(), anEntry()}
		for _, e := range entries {
			m[e] = &[lines]time.Duration{}
		}
		for range 200 {
			e, line := entries[random.IntN(len(entries))], random.IntN(lines)
			switch random.IntN(5) {
			case 0:
				after := time.Duration(2 + random.IntN(50))
				c.set(e, line, now, after)
				m[e][line] = after
			case 1:
				c.stop(e, line)
				m[e][line] = 0
			case 2:
				ready = !ready
				c.turn(now, ready)
			default:
				d := time.Duration(1 + random.IntN(10))
				now += d
				m.pass(d, ready)
				requireRings(t, &c, m, now, seed)
			}
		}
	}
}

// requireRings: what the clocks ring is what has nothing left in the model.
func requireRings(t *testing.T, c *clocks, m model, now time.Duration, seed uint64) {
	t.Helper()
	for {
		e, line := c.due(now)
		if e == nil {
			break
		}
		require.Negative(t, m[e][line], "seed %d: line %d rings too early", seed, line)
		m[e][line] = 0
	}
	for _, left := range m {
		for line := range left {
			require.False(t, left[line] < 0, "seed %d: line %d does not ring", seed, line)
		}
	}
}
