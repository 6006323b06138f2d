package pool

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"brood/actors"
	"brood/actors/process"
)

// A pool that had grown begins anew with fewer members, and what it still knows of
// the others does no harm.
func TestPoolThatHadGrownBeginsAnew(t *testing.T) {
	grown := func(t *testing.T, order Order) (*world, *staff) {
		w := newStage(t, 2).open(t, 8) // for its pool, of one
		require.Len(t, w.pool.scheduler.members, 1)
		w.pool.scheduler.queue = newQueue(order, room{tasks: 10}, w.pool.now)
		s := &staff{crew: w.pool.crew, t: t}
		require.NoError(t, s.setSize(2, make(chan error, 1)))
		s.up(0)
		require.Equal(t, []string{"hire 1"}, s.look())
		require.Empty(t, s.joined(1))
		return w, s
	}
	anew := func(t *testing.T, w *world, s *staff) {
		s.down(0, 1)
		s.down(1, 1)
		w.pool.end(actors.ErrStopping)
		s.begin(1)
		s.reopen()
		s.up(0)
		s.give(1)
		assert.Equal(t, 1, s.held)
	}
	t.Run("who was favoured", func(t *testing.T) {
		w, s := grown(t, Order{})
		s.scheduler.last, s.streak = 1, 5
		anew(t, w, s)
	})
	t.Run("the home of a key", func(t *testing.T) {
		w, s := grown(t, Order{Sticky: true})
		s.keys.homes.settle(s.keys.homes.row(""), 1, 1)
		anew(t, w, s)
	})
	t.Run("what comes late", func(t *testing.T) {
		w, s := grown(t, Order{})
		anew(t, w, s)
		call := w.newJob(task("late")).call
		w.pool.count(call)
		for _, message := range []any{
			&process.Freed{Member: 1, Incarnation: 1, N: 1},
			&process.MemberEvent{Member: 1, Event: &actors.Down{Incarnation: 1}},
			&process.GivenBack{Member: 1, Incarnation: 1},
			&process.Returned{Member: 1, Incarnation: 1, NotRun: []*process.Call{call}},
		} {
			w.tell(message)
		}
		assert.Equal(t, 1, s.length, "it is run by another")
		assert.Equal(t, 1, s.held)
		assert.Equal(t, []string{"hire 1"}, s.pass(time.Hour), "the size is kept")
	})
}
