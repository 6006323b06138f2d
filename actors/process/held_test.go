package process

import (
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// ids are those of the held calls, both ways.
func ids(t *testing.T, h *holding) (ids []uint64) {
	t.Helper()
	h.all(func(e *held) bool { ids = append(ids, e.id); return true })
	var back []uint64
	h.youngest(func(e *held) bool { back = append(back, e.id); return true })
	slices.Reverse(back)
	require.Equal(t, ids, back)
	return ids
}

// Against a plain slice: whatever is added, removed and looked for, in any order,
// with gaps between the ids.
func TestHoldingIsAnOrderedList(t *testing.T) {
	for seed := range uint64(300) {
		random := rand.New(rand.NewPCG(seed, 1))
		inOrder, gaps := seed%3 == 0, seed%2 == 0
		var h holding
		var want []uint64
		calls := map[uint64]*Call{}
		last := random.Uint64N(1000)
		for range 400 {
			switch {
			case len(want) == 0 || len(want) < 40 && random.IntN(2) == 0:
				last++
				if gaps {
					last += random.Uint64N(4)
				}
				want = append(want, last)
				calls[last] = &Call{}
				h.add(held{id: last, call: calls[last]})
			default:
				i := 0
				if !inOrder {
					i = random.IntN(len(want))
				}
				e := h.find(want[i])
				require.NotNil(t, e)
				require.Same(t, calls[want[i]], e.call)
				require.Same(t, e, h.of(e.call))
				h.remove(e)
				require.Nil(t, h.find(want[i]))
				want = slices.Delete(want, i, i+1)
			}
			require.Equal(t, len(want), h.len())
			require.Equal(t, want, append([]uint64{}, ids(t, &h)...))
			if len(want) == 0 {
				require.Nil(t, h.head())
				continue
			}
			require.Equal(t, want[0], h.head().id)
			require.Nil(t, h.find(want[0]-1))
			require.Nil(t, h.find(last+1))
		}
	}
}

// A call that is never answered while others come and go behind it does not make
// the ring grow.
func TestHoldingStaysSmallBehindASlowOne(t *testing.T) {
	var h holding
	h.add(held{id: 1, call: &Call{}})
	for id := uint64(2); id < 100000; id++ {
		h.add(held{id: id})
		if id > 5 {
			h.remove(h.find(id - 3))
		}
	}
	assert.LessOrEqual(t, len(h.ring), 16)
	assert.EqualValues(t, 1, h.head().id)
}

func TestHoldingAllocatesNothing(t *testing.T) {
	var h holding
	id := uint64(0)
	turn := func() {
		for range 16 {
			id++
			h.add(held{id: id})
		}
		for i := range uint64(16) {
			h.remove(h.find(id - 15 + i))
		}
	}
	turn()
	assert.Zero(t, testing.AllocsPerRun(100, turn))
}

// BenchmarkHolding is what it costs to remember a call and to find it again by its
// id, beside a map.
func BenchmarkHolding(b *testing.B) {
	const prefetch = 16
	b.Run("ring", func(b *testing.B) {
		var h holding
		call := &Call{}
		b.ReportAllocs()
		for id := uint64(1); b.Loop(); id++ {
			h.add(held{id: id, call: call})
			if id > prefetch {
				h.remove(h.find(id - prefetch))
			}
		}
	})
	b.Run("map", func(b *testing.B) {
		h := map[uint64]*Call{}
		call := &Call{}
		b.ReportAllocs()
		for id := uint64(1); b.Loop(); id++ {
			h[id] = call
			delete(h, id-prefetch)
		}
	})
}
