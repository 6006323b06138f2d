package router

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// crowd makes candidates with these loads.
func crowd(loads ...int) []Candidate {
	var c []Candidate
	for i, load := range loads {
		name := fmt.Sprintf("member-%d", i)
		c = append(c, Candidate{Name: name, Seq: uint64(i + 1), Load: load, hash: hash(name)})
	}
	return c
}

func choice(seed uint64, loads ...int) *Choice {
	return &Choice{Members: crowd(loads...), Random: rand.New(rand.NewPCG(seed, 0))}
}

func TestPick(t *testing.T) {
	for _, test := range []struct {
		name   string
		policy Policy
		loads  []int
		last   uint64
		want   []int // one of them
	}{
		{"first", RoundRobin{}, []int{9, 0, 0}, 0, []int{0}},
		{"next", RoundRobin{}, []int{0, 9, 0}, 1, []int{1}},
		{"around", RoundRobin{}, []int{9, 0, 0}, 3, []int{0}},
		{"last has left", RoundRobin{}, []int{0, 0}, 7, []int{0}},
		{"any", Random{}, []int{9, 0, 0}, 1, []int{0, 1, 2}},
		{"fewest", LeastLoaded{}, []int{2, 1, 3}, 2, []int{1}},
		{"fewest, next of equals", LeastLoaded{}, []int{1, 1, 1}, 2, []int{2}},
		{"fewest, around", LeastLoaded{}, []int{1, 1, 2}, 2, []int{0}},
		{"one of one", PowerOfTwo{}, []int{9}, 0, []int{0}},
		{"less of two", PowerOfTwo{}, []int{9, 8}, 0, []int{1}},
		{"not the busiest", PowerOfTwo{}, []int{1, 1, 2}, 0, []int{0, 1}},
		{"one has the key", ConsistentHash{}, []int{0}, 0, []int{0}},
		{"not the overloaded", ConsistentHash{}, []int{99, 0, 99}, 0, []int{1}},
		{"however overloaded", ConsistentHash{SpillPercent: math.MaxInt}, []int{99}, 0, []int{0}},
		{"all", Broadcast{}, []int{5, 5}, 0, []int{0}},
		{"as inside: turn", Scatter{}, []int{0, 0}, 1, []int{1}},
		{"as inside: fewest", Hedge{}, []int{1, 0}, 0, []int{1}},
		{"as inside: told", Hedge{By: RoundRobin{}}, []int{1, 0}, 0, []int{0}},
	} {
		t.Run(fmt.Sprintf("%T/%s", test.policy, test.name), func(t *testing.T) {
			for seed := range uint64(20) {
				c := choice(seed, test.loads...)
				c.Last = test.last
				assert.Contains(t, test.want, test.policy.Pick(c))
			}
		})
	}
}

// loads makes up so many members with loads below most.
func someLoads(random *rand.Rand, n, most int) []int {
	loads := make([]int, n)
	for i := range loads {
		loads[i] = random.IntN(most)
	}
	return loads
}

func TestRoundRobinGivesEachMemberItsTurn(t *testing.T) {
	for n := 1; n < 9; n++ {
		c := choice(1, make([]int, n)...)
		got := make([]int, n)
		for round := 1; round <= 5; round++ {
			for range n {
				i := RoundRobin{}.Pick(c)
				got[i]++
				c.Last = c.Members[i].Seq
			}
			for i := range got {
				require.Equal(t, round, got[i], "member %d of %d", i, n)
			}
		}
	}
}

func TestRandomPicksAllAlike(t *testing.T) {
	const n, picks = 5, 20_000
	c := choice(3, make([]int, n)...)
	got := make([]int, n)
	for range picks {
		got[Random{}.Pick(c)]++
	}
	for i := range got {
		assert.InDelta(t, picks/n, got[i], picks/n/10)
	}
}

func TestLeastLoadedNeverPicksABusyOneWhileOneIsIdle(t *testing.T) {
	assert.Zero(t, busierPicks(LeastLoaded{}))
	assert.NotZero(t, busierPicks(Random{}), "negative control")
}

// busierPicks counts the picks of a member that has more than another one.
func busierPicks(p Policy) (n int) {
	random := rand.New(rand.NewPCG(1, 1))
	for seed := range uint64(2000) {
		c := choice(seed, someLoads(random, 1+random.IntN(8), 3)...)
		c.Last = random.Uint64N(10)
		i := p.Pick(c)
		for _, m := range c.Members {
			if m.Load < c.Members[i].Load {
				n++
				break
			}
		}
	}
	return n
}

func TestPowerOfTwoNeverPicksTheBusiest(t *testing.T) {
	busiest := func(p Policy) (n int) {
		random := rand.New(rand.NewPCG(2, 2))
		for seed := range uint64(2000) {
			c := choice(seed, someLoads(random, 2+random.IntN(8), 3)...)
			c.Members[0].Load = 3
			if p.Pick(c) == 0 {
				n++
			}
		}
		return n
	}
	assert.Zero(t, busiest(PowerOfTwo{}))
	assert.NotZero(t, busiest(Random{}), "negative control")
}

// TestPowerOfTwoKeepsLoadsTogether is what it is for: balls into bins.
func TestPowerOfTwoKeepsLoadsTogether(t *testing.T) {
	spread := func(p Policy) int {
		c := choice(5, make([]int, 50)...)
		for range 50 * 50 {
			c.Members[p.Pick(c)].Load++
		}
		most := 0
		for _, m := range c.Members {
			most = max(most, m.Load)
		}
		return most - 50
	}
	assert.LessOrEqual(t, spread(PowerOfTwo{}), 5)
	assert.Greater(t, spread(Random{}), 5, "negative control")
}

func TestConsistentHashMovesNoMoreKeysThanItMust(t *testing.T) {
	const keys = 4000
	for n := 2; n <= 10; n++ {
		all := crowd(make([]int, n)...)
		homes := func(members []Candidate) []string {
			names := make([]string, keys)
			for k := range names {
				names[k] = members[ConsistentHash{}.Pick(&Choice{Members: members, Key: fmt.Sprint(k)})].Name
			}
			return names
		}
		whole, without := homes(all), homes(all[:n-1])
		leaver, moved := all[n-1].Name, 0
		for k := range whole {
			if whole[k] == leaver {
				moved++
				continue
			}
			require.Equal(t, whole[k], without[k], "a key moves only if its member leaves, or the new one gets it")
		}
		assert.InDelta(t, keys/n, moved, keys/10, "1/%d of the keys", n)
	}
}

// turnHash is what it is compared with: the hash of the key modulo n.
type turnHash struct{}

func (turnHash) Pick(c *Choice) int { return int(hash(c.Key) % uint64(len(c.Members))) }

func TestConsistentHashBoundsEveryLoad(t *testing.T) {
	over := func(p Policy, percent int) (n int) {
		random := rand.New(rand.NewPCG(7, 7))
		c := choice(7, make([]int, 8)...)
		for total := 1; total < 3000; total++ {
			c.Key = fmt.Sprint(random.IntN(5)) // few, so that some members are wanted much
			i := p.Pick(c)
			c.Members[i].Load++
			if all := 100 * len(c.Members); c.Members[i].Load > (total*(100+percent)+all-1)/all {
				n++
			}
		}
		return n
	}
	for _, percent := range []int{1, 25, 100} {
		assert.Zero(t, over(ConsistentHash{SpillPercent: percent}, percent))
	}
	assert.NotZero(t, over(turnHash{}, 100), "negative control")
}

func TestConsistentHashStaysWithItsKeyBelowTheBound(t *testing.T) {
	random := rand.New(rand.NewPCG(8, 8))
	for seed := range uint64(200) {
		idle := choice(seed, make([]int, 6)...)
		idle.Key = fmt.Sprint(seed)
		home := ConsistentHash{}.Pick(idle)
		c := choice(seed, someLoads(random, 6, 5)...)
		c.Key, c.Members[home].Load = idle.Key, 0
		assert.Equal(t, home, ConsistentHash{}.Pick(c))
	}
}
