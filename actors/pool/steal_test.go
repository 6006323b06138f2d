package pool

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"brood/actors/process"
)

// What stands behind a long call is taken back for who is idle, and only then.
func TestStealing(t *testing.T) {
	slow := func(t *testing.T, members, held int) *shop {
		h := newShop(t, members, 16, time.Microsecond)
		for i := range h.s.members {
			h.s.members[i].marks = true
		}
		h.s.members[0].held, h.s.held = held, held
		h.s.members[0].pace.since = h.s.now
		return h
	}
	t.Run("not before it has taken long", func(t *testing.T) {
		h := slow(t, 2, 9)
		from, _, again := h.s.steal()
		assert.Equal(t, queued, from)
		assert.True(t, again, "but soon perhaps")
	})
	t.Run("half of it", func(t *testing.T) {
		h := slow(t, 2, 9)
		h.s.now = h.s.now.Add(stealAfter)
		from, n, _ := h.s.steal()
		assert.Equal(t, 0, from)
		assert.Equal(t, 4, n)
		from, _, again := h.s.steal()
		assert.Equal(t, queued, from, "once, until it answers")
		assert.False(t, again)
		h.s.freed(0, 0, 1, 0)
		h.s.now = h.s.now.Add(stealAfter)
		from, n, _ = h.s.steal()
		assert.Equal(t, 0, from)
		assert.Equal(t, 4, n)
	})
	t.Run("also a single one", func(t *testing.T) {
		h := slow(t, 2, 2)
		h.s.now = h.s.now.Add(stealAfter)
		_, n, _ := h.s.steal()
		assert.Equal(t, 1, n)
	})
	t.Run("also if what waits waits for its key's limit", func(t *testing.T) {
		h := slow(t, 2, 2)
		h.s.now = h.s.now.Add(stealAfter)
		h.s.length = 1
		from, _, _ := h.s.steal()
		assert.Equal(t, queued, from, "others wait")
		h.s.order.KeyLimit = 1
		_, n, _ := h.s.steal()
		assert.Equal(t, 1, n)
	})
	for name, change := range map[string]func(*scheduler){
		"it does not say what it begins": func(s *scheduler) { s.members[0].marks = false },
		"nothing stands behind":          func(s *scheduler) { s.members[0].held = 1 },
		"nobody is idle":                 func(s *scheduler) { s.members[1].held = 1 },
		"who is idle is not ready":       func(s *scheduler) { s.members[1].ready = false },
		"nothing is handed out":          func(s *scheduler) { s.paused = true },
		"keys have homes":                func(s *scheduler) { s.order.Sticky = true },
	} {
		t.Run("not if "+name, func(t *testing.T) {
			h := slow(t, 2, 9)
			h.s.now = h.s.now.Add(stealAfter)
			change(h.s)
			from, _, again := h.s.steal()
			assert.Equal(t, queued, from)
			assert.False(t, again)
		})
	}
}

// What was taken back goes to who is idle, even if the one that had it was to get
// some more in a row.
func TestStolenCallsGoToWhoIsIdle(t *testing.T) {
	s := plainScheduler(2, 16, 100, 3)
	s.now = time.Unix(1, 0)
	s.ready(0, 1)
	s.ready(1, 1)
	s.last, s.streak = 0, maxStreak
	var stolen []*process.Call
	for range 3 {
		_, err := s.accept(&process.Call{})
		require.NoError(t, err)
		call, to := s.next()
		require.Zero(t, to)
		stolen = append(stolen, call)
	}
	require.Positive(t, s.streak)
	s.givenBack(&process.GivenBack{Member: 0, Incarnation: 1, Calls: stolen[1:]})
	_, to := s.next()
	assert.Equal(t, 1, to)
	assert.EqualValues(t, 3, s.waits.times().Count, "each call has waited once")
}
