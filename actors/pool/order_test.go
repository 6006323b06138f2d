package pool

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"brood/actors"
	"brood/actors/process"
)

func orderOf(order Order, now *time.Duration) queue {
	return newQueue(order, room{tasks: 1 << 30}, func() time.Duration { return *now })
}

func callOf(key string, priority int) *process.Call {
	return &process.Call{Task: actors.Task{Key: key, Priority: priority}}
}

// However many of a higher priority keep coming, one of a lower is passed only
// by those that come within the difference times Ageing.
func TestAgeingStarvesNobody(t *testing.T) {
	for seed := range uint64(50) {
		random := rand.New(rand.NewPCG(seed, 3))
		now := time.Duration(0)
		ageing := time.Duration(1+random.IntN(50)) * time.Millisecond
		high := 1 + random.IntN(9)
		q := orderOf(Order{Ageing: ageing}, &now)
		for range random.IntN(20) {
			q.pushBack(callOf("", high))
		}
		low := callOf("", 0)
		q.pushBack(low)
		before := q.length - 1
		turns := 0
		for q.length > 0 && turns < 100_000 { // as many come as are handed out
			now += time.Millisecond
			if now < time.Duration(high)*ageing {
				before++
			}
			q.pushBack(callOf("", high))
			next := q.first()
			q.handed(next, 0)
			if next == low {
				break
			}
			turns++
		}
		assert.LessOrEqual(t, turns, before, "seed %d: %d steps, %s each", seed, high, ageing)
	}
}

// Without ageing it is never its turn: the test above can fail.
func TestWithoutAgeingALowPriorityWaits(t *testing.T) {
	q := orderOf(Order{}, nil)
	low := callOf("", 0)
	q.pushBack(low)
	for range 10_000 {
		q.pushBack(callOf("", 1))
		next := q.first()
		require.NotSame(t, low, next)
		q.handed(next, 0)
	}
}

// A key with one task waits a round, however much others have.
func TestFairShareOfAKeyIsOneRound(t *testing.T) {
	q := orderOf(Order{Fair: true}, nil)
	for range 10_000 {
		q.pushBack(callOf("greedy", 1_000))
		q.pushBack(callOf("greedier", 0))
	}
	for range 101 { // somewhere in a round
		q.handed(q.first(), 0)
	}
	modest := callOf("modest", -1)
	q.pushBack(modest)
	turns := 1
	for ; q.first() != modest; turns++ {
		q.handed(q.first(), 0)
	}
	assert.LessOrEqual(t, turns, 3)

	q = orderOf(Order{}, nil)
	for range 10_000 {
		q.pushBack(callOf("greedy", 0))
	}
	q.pushBack(callOf("modest", 0))
	for range 10_000 {
		require.Equal(t, "greedy", q.first().Task.Key, "without a share")
		q.handed(q.first(), 0)
	}
}

// Equal shares for all, whenever they come and however many tasks they have.
func TestFairSharesDifferByOne(t *testing.T) {
	q := orderOf(Order{Fair: true}, nil)
	for i := range 50 {
		for range 100 + 7*i {
			q.pushBack(callOf(fmt.Sprint(i), i))
		}
	}
	served := map[string]int{}
	for range 50 * 100 {
		next := q.first()
		q.handed(next, 0)
		served[next.Task.Key]++
	}
	for key, n := range served {
		assert.Equal(t, 100, n, "key %s", key)
	}
}

func TestKeysThatAreDoneAreForgotten(t *testing.T) {
	many := 1_000_000
	if testing.Short() {
		many = 50_000
	}
	for name, c := range map[string]struct {
		order Order
		keys  int
	}{
		"fair":  {Order{Fair: true}, many / 10},
		"limit": {Order{KeyLimit: 1}, many / 10},
		"all":   {Order{Fair: true, Sticky: true, KeyLimit: 1}, many},
	} {
		t.Run(name, func(t *testing.T) {
			q := orderOf(c.order, nil)
			var call process.Call
			for i := range c.keys {
				call.Reset(actors.Task{Key: fmt.Sprint(i)})
				q.pushBack(&call)
				if len(q.keys.lanes) != 1 {
					require.Len(t, q.keys.lanes, 1)
				}
				q.handed(&call, 0)
				q.keys.back(0, []*process.Call{&call})
			}
			assert.Empty(t, q.keys.lanes)
			assert.LessOrEqual(t, len(q.keys.spare), spareLanes)
			assert.Empty(t, q.keys.held[0])
		})
	}
}

// One that is far up among many priorities costs little more than among few.
func TestManyPriorities(t *testing.T) {
	q := orderOf(Order{}, nil)
	for i := range 10_000 {
		q.pushBack(callOf("", i*7919%10_000))
	}
	for want := 9_999; want >= 0; want-- {
		next := q.first()
		require.Equal(t, want, next.Task.Priority)
		q.handed(next, 0)
	}
	assert.Empty(t, q.all.table)
	assert.Len(t, q.all.lines.items, 1)
}
