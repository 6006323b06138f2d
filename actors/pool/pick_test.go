package pool

import (
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"brood/actors"
	"brood/actors/process"
)

// shop is a scheduler whose members take some time for each call, and 50 us for
// each round trip. Nobody waits for anything but them.
type shop struct {
	t       *testing.T
	s       *scheduler
	perCall time.Duration
	mute    bool  // members do not say how long they work on a call
	calls   int   // that were accepted, each with a key of its own
	handed  []int // to each member, in all
}

func newShop(t *testing.T, size, prefetch int, perCall time.Duration) *shop {
	h := &shop{t: t, s: newScheduler(size, prefetch, 3, newQueue(Order{}, room{tasks: 1 << 20}, nil)), perCall: perCall, handed: make([]int, size)}
	h.s.now = time.Unix(1000, 0)
	for i := range size {
		h.s.ready(i, 0)
		h.s.members[i].marks = true
	}
	return h
}

// submit offers n calls, and hands out what can be.
func (h *shop) submit(n int) {
	for range n {
		h.calls++
		_, err := h.s.accept(&process.Call{Task: actors.Task{Key: strconv.Itoa(h.calls)}})
		require.NoError(h.t, err)
	}
	for {
		call, to := h.s.next()
		if call == nil {
			return
		}
		h.handed[to]++
	}
}

// work lets each member answer all that it holds, and takes from the queue what it
// may.
func (h *shop) work() {
	for i := range h.s.members {
		if held := h.s.members[i].held; held > 0 {
			h.s.now = h.s.members[i].pace.since.Add(roundTrip + time.Duration(held)*h.perCall)
			h.s.freed(i, 0, held, 0)
			h.submit(0)
		}
	}
}

// With Prefetch 0 a member is handed the more, the shorter the calls are.
func TestDepthFitsThePace(t *testing.T) {
	for _, test := range []struct {
		perCall     time.Duration
		least, most int
	}{
		{time.Microsecond, MaxPrefetch, MaxPrefetch},
		{10 * time.Microsecond, MaxPrefetch, MaxPrefetch},
		{50 * time.Microsecond, 20, 26},
		{100 * time.Microsecond, 5, 7},
		{300 * time.Microsecond, 1, 1},
		{2 * time.Millisecond, 1, 1},
		{time.Minute, 1, 1},
	} {
		h := newShop(t, 2, 0, test.perCall)
		h.submit(40_000)
		assert.Equal(t, []int{1, 1}, h.handed, "nothing is known before the first answer")
		for range 40 {
			h.work()
		}
		for i := range h.s.members {
			depth := h.s.members[i].pace.depth
			assert.GreaterOrEqual(t, depth, test.least, "%s", test.perCall)
			assert.LessOrEqual(t, depth, test.most, "%s", test.perCall)
			assert.Equal(t, depth, h.s.members[i].held, "it is used")
		}
	}
}

// A member whose calls get longer is handed less at once.
func TestDepthShrinksWithTheFirstLongCall(t *testing.T) {
	h := newShop(t, 1, 0, time.Microsecond)
	h.submit(40_000)
	for range 20 {
		h.work()
	}
	require.Greater(t, h.s.members[0].pace.depth, 100)
	h.s.now = h.s.now.Add(time.Second)
	h.s.freed(0, 0, 1, 0)
	assert.Equal(t, 1, h.s.members[0].pace.depth)
}

// Long calls go to who is idle; of short ones, as many to one as cost less than
// it costs to wake another.
func TestWhoIsIdleIsPickedUnlessWakingCostsMore(t *testing.T) {
	for _, test := range []struct {
		perCall time.Duration
		want    []int
	}{
		{time.Millisecond, []int{1, 1, 1, 1}},
		{time.Microsecond, []int{8, 0, 0, 0}},
	} {
		h := newShop(t, 4, 0, test.perCall)
		for h.submit(20_000); h.s.length > 0; {
			h.work()
		}
		for range 9 { // what they still hold
			h.work()
		}
		h.s.streak = 0
		clear(h.handed)
		h.submit(8)
		assert.Equal(t, test.want, h.handed, "%s", test.perCall)
	}
}

func TestPickIsFreeOfAllocations(t *testing.T) {
	h := newShop(t, 64, 0, time.Microsecond)
	call := &process.Call{}
	assert.Zero(t, testing.AllocsPerRun(1000, func() {
		if _, err := h.s.accept(call); err == nil {
			_, to := h.s.next()
			h.s.freed(to, 0, 1, 0)
		}
	}))
}

const wakeUp = 20 * time.Microsecond

// crowded lets each of many members answer what it holds, and submits as much
// again. Whoever is at work waits for all others, who want the processor for a moment.
func (h *shop) crowded() (atWork int) {
	for i := range h.s.members {
		if h.s.members[i].held > 0 {
			atWork++
		}
	}
	for i := range h.s.members {
		if held := h.s.members[i].held; held > 0 {
			h.s.now = h.s.members[i].pace.since.Add(time.Duration(atWork)*wakeUp + time.Duration(held)*h.perCall)
			told := h.perCall
			if h.mute {
				told = 0
			}
			h.s.freed(i, 0, held, told)
			h.submit(held)
		}
	}
	return atWork
}

// Short calls that take long because many members are at them are known to be short
// from what the members say.
func TestWhatMembersSayEndsACrowd(t *testing.T) {
	for _, test := range []struct {
		name  string
		alter func(*shop)
		ends  bool
	}{
		{"a crowd", func(*shop) {}, true},
		{"long calls", func(h *shop) { h.perCall = 5 * time.Millisecond }, false},
		{"they do not say it", func(h *shop) { h.mute = true }, false},
		{"a fixed prefetch", func(h *shop) { h.s.prefetch = 1 }, false},
		{"nothing can be taken back", func(h *shop) {
			for i := range h.s.members {
				h.s.members[i].marks = false
			}
		}, false},
	} {
		t.Run(test.name, func(t *testing.T) {
			const members = 64
			h := newShop(t, members, 0, 5*time.Microsecond)
			test.alter(h)
			h.submit(members)
			least := members
			for range 200 {
				least = min(least, h.crowded())
			}
			if test.ends {
				assert.LessOrEqual(t, least, members/16)
			} else {
				assert.Greater(t, least, members/4)
			}
		})
	}
}
