package pool

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"brood/actors/process"
)

// What a member says of one short call is worth what its round trip would have been
// with nothing else on the machine; of many, what they say.
func TestWhatAMemberSaysIsBelievedByDegrees(t *testing.T) {
	for _, c := range []struct {
		answers int
		told    time.Duration
		took    time.Duration
		want    time.Duration
	}{
		{1, 0, 20 * time.Millisecond, 20 * time.Millisecond},
		{1, 150, 20 * time.Millisecond, roundTrip},
		{1, 150, 30 * time.Microsecond, 30 * time.Microsecond},
		{50, 150, 20 * time.Millisecond, roundTrip / 50},
		{50, 5 * time.Microsecond, 20 * time.Millisecond, 5 * time.Microsecond},
		{1, 15 * time.Millisecond, 20 * time.Millisecond, 15 * time.Millisecond},
		{1, 25 * time.Millisecond, 20 * time.Millisecond, 20 * time.Millisecond},
	} {
		now := time.Unix(1000, 0)
		p := pace{since: now}
		p.learn(c.answers, c.told, now.Add(c.took))
		assert.Equal(t, c.want, p.perCall, "%d in %s, told %s", c.answers, c.took, c.told)
	}
}

// A call whose key has its home with a member cannot be taken back for another, so that
// nothing is handed ahead on a member's word.
func TestWhatAMemberSaysIsNotBelievedWhereKeysHaveHomes(t *testing.T) {
	for sticky, want := range map[bool]int{true: 1, false: 26} {
		h := newShop(t, 2, 0, time.Microsecond)
		h.s.queue = newQueue(Order{Sticky: sticky}, h.s.room, nil)
		_, err := h.s.accept(&process.Call{})
		assert.NoError(t, err)
		_, to := h.s.next()
		h.s.now = h.s.now.Add(20 * time.Millisecond)
		h.s.freed(to, 0, 1, 150)
		assert.Equal(t, want, h.s.members[to].pace.depth, "sticky: %t", sticky)
	}
}
