package pool

import (
	"context"
	"testing"

	"github.com/stretchr/testify/assert"

	"brood/actors"
	"brood/actors/process"
)

// What a member gives back goes to who is free, before all that waits and in its
// order, and the member takes more.
func TestCallsThatAreGivenBack(t *testing.T) {
	h := open(t, Spec{Size: 2, Prefetch: 3, QueueLimit: 10})
	busy, idle := h.seats[0], h.seats[1]
	busy.begin()
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	answers := map[string]<-chan actors.Result{}
	for _, name := range []string{"a", "b", "c", "behind"} {
		from := context.Background()
		if name == "c" {
			from = ctx
		}
		answers[name] = h.submit(from, task(name))
	}
	a, b, c := busy.holds("a"), busy.holds("b"), busy.holds("c")
	// The submitter of one leaves while it is on its way back.
	cancel()
	receive(t, busy.cancels)
	h.send(&process.GivenBack{Member: 0, Incarnation: busy.run, Calls: []*process.Call{b, c}})
	assert.ErrorIs(t, receive(t, answers["c"]).Err, context.Canceled)
	// It has two free slots, and nobody else is ready: it gets them again.
	again := busy.holds("b")
	behind := busy.holds("behind")
	assert.Equal(t, 3, h.stats().Held)
	idle.begin()
	h.send(&process.GivenBack{Member: 0, Incarnation: busy.run, Calls: []*process.Call{again, behind}})
	idle.answer(idle.holds("b"), "b") // to who holds fewer
	busy.answer(busy.holds("behind"), "behind")
	for _, name := range []string{"b", "behind"} {
		assert.NoError(t, receive(t, answers[name]).Err)
	}
	busy.answer(a, "a")
	assert.NoError(t, receive(t, answers["a"]).Err)
	assert.Zero(t, h.stats().Held)

	// Of an incarnation that is over, only the calls count.
	late := h.submit(context.Background(), task("late"))
	call := busy.holds("late")
	busy.emit(&actors.Down{Who: busy.pid, Incarnation: busy.run, Exit: killed})
	h.send(&process.GivenBack{Member: 0, Incarnation: busy.run, Calls: []*process.Call{call}})
	idle.answer(idle.holds("late"), "late")
	assert.NoError(t, receive(t, late).Err)
	assert.Zero(t, h.stats().Held)
}
