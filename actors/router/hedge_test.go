package router

import (
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestNoMoreSecondTriesThanTheBudgetHas(t *testing.T) {
	for _, percent := range []int{1, 10, 33, 100} {
		b, random := newBudget(percent), rand.New(rand.NewPCG(1, uint64(percent)))
		firsts, seconds := 0, 0
		for range 5_000 {
			if random.IntN(3) > 0 {
				b.earn()
				firsts++
			} else if b.has() {
				b.spend()
				seconds++
			}
			require.LessOrEqual(t, 100*seconds, firsts*percent+100*budgetMost)
		}
		assert.Greater(t, seconds, budgetMost)
	}
}

func TestBudgetDoesNotSaveForEver(t *testing.T) {
	b := newBudget(100)
	for range 1000 {
		b.earn()
	}
	n := 0
	for ; b.has(); n++ {
		b.spend()
	}
	assert.Equal(t, budgetMost, n)
}

func TestDelayIsThe95thPercentileOfTheLastTasks(t *testing.T) {
	var l latencies
	const first = time.Hour
	for i := range latencyLeast - 1 {
		assert.Equal(t, first, l.delay(first), "after %d samples", i)
		l.add(time.Duration(i))
	}
	random := rand.New(rand.NewPCG(4, 4))
	var last []time.Duration
	l = latencies{}
	for range 2000 {
		took := time.Duration(random.IntN(1000))
		last = append(last, took)
		l.add(took)
		if len(last) < latencyLeast || (len(last)-latencyLeast)%latencyEvery != 0 {
			continue
		}
		window := slices.Clone(last[max(0, len(last)-latencyWindow):])
		within := 0
		for _, d := range window {
			if d <= l.delay(first) {
				within++
			}
		}
		assert.GreaterOrEqual(t, 100*within, 95*len(window))
		below := 0
		for _, d := range window {
			if d < l.delay(first) {
				below++
			}
		}
		assert.Less(t, 100*below, 95*len(window), "and no more than it must be")
	}
}
