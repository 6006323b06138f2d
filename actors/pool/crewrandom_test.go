package pool

import (
	"errors"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// Whatever happens in whatever order: there are never more members than there may
// be, nobody is stopped who holds a call, no number is given twice, the counts are
// those of what is there, and in the end every request is answered and there are as
// many members as there are to be.
func TestCrewIsNeverTooLargeNorCruel(t *testing.T) {
	for seed := range uint64(60) {
		g := newGamble(t, seed)
		for range 500 {
			g.step()
			g.decide()
		}
		g.finish()
	}
}

// gamble is a crew to which things happen by chance.
type gamble struct {
	*staff
	random  *rand.Rand
	replies []chan error
	orders  map[int]deed // what is being done with a number
}

func newGamble(t *testing.T, seed uint64) *gamble {
	random := rand.New(rand.NewPCG(seed, 1))
	spec := Spec{Size: 1 + random.IntN(4), Prefetch: 1 + random.IntN(2)}
	if random.IntN(2) == 0 {
		spec.Scale = Scale{Min: 1 + random.IntN(2), Max: 2 + random.IntN(4), Spares: random.IntN(3),
			UpAfter: time.Second, DownAfter: 5 * time.Second}
		spec.Size = spec.Scale.Start()
	}
	if random.IntN(2) == 0 {
		spec.Recycle = Recycle{AfterTasks: random.IntN(4), AfterAge: time.Minute, AfterIdle: 3 * time.Second, MemoryBytes: 100}
	}
	if random.IntN(3) == 0 {
		spec.Numbers = max(spec.Size, spec.Scale.Max) + random.IntN(2)
	}
	return &gamble{staff: newStaff(t, spec), random: random, orders: map[int]deed{}}
}

func (g *gamble) decide() {
	before := append([]member(nil), g.members...)
	atOnce := g.atOnce()
	orders, wake := g.staff.decide()
	g.wake = wake
	for _, o := range orders {
		require.Zero(g.t, g.orders[o.member], "two things at once with member %d", o.member)
		g.orders[o.member] = o.deed
		switch o.deed {
		case hire:
			require.True(g.t, o.member >= len(before) || before[o.member].standing == vacant)
			require.LessOrEqual(g.t, g.count().living, g.target+atOnce)
		case dismiss:
			require.Zero(g.t, g.members[o.member].held)
		}
	}
	g.check()
}

func (g *gamble) check() {
	held, living := 0, 0
	for _, m := range g.members {
		held += m.held
		if m.standing != vacant && m.standing != lost {
			living++
		}
		if m.ready {
			require.Equal(g.t, serving, m.standing)
		}
	}
	t := g.count()
	require.Equal(g.t, living, t.living)
	require.Equal(g.t, t.living, t.serving+t.hiring+t.outgoing)
	require.Equal(g.t, t.serving, t.busy+t.idle+t.down)
	require.Equal(g.t, held, g.held)
	require.GreaterOrEqual(g.t, g.target, g.scale.Min)
	require.LessOrEqual(g.t, g.target, g.scale.Max)
	if g.numbers > 0 {
		require.LessOrEqual(g.t, len(g.members), g.numbers)
	}
}

func (g *gamble) step() {
	i := g.random.IntN(len(g.members))
	m := &g.members[i]
	switch g.random.IntN(12) {
	case 0, 1:
		g.now = g.now.Add(time.Duration(g.random.IntN(4000)) * time.Millisecond)
	case 2, 3:
		g.give(g.random.IntN(3))
	case 4, 5, 6:
		if m.held > 0 {
			g.finish1(i)
		}
	case 7:
		if m.pid != 0 {
			g.down(i, m.incarnation)
		}
	case 8:
		g.sampled(i, m.incarnation, int64(g.random.IntN(110)))
	case 9:
		g.ask()
	default:
		g.carryOut(i, g.random.IntN(4) == 0)
	}
	g.give(0)
}

func (g *gamble) finish1(i int) { g.freed(i, g.members[i].incarnation, 1, 0) }

// carryOut lets happen what was ordered of a number, or restarts who is down.
func (g *gamble) carryOut(i int, fails bool) {
	m := &g.members[i]
	switch {
	case g.orders[i] == hire && fails:
		g.hired(i, errors.New("broken"), false)
	case g.orders[i] == hire:
		g.up(i)
		g.hired(i, nil, false)
	case g.orders[i] == dismiss:
		g.left(i, false)
	case m.pid == 0 && (m.standing == serving || m.standing == retiring):
		g.up(i)
	}
	delete(g.orders, i)
}

// ask makes a request.
func (g *gamble) ask() {
	reply := make(chan error, 1)
	var err error
	switch g.random.IntN(4) {
	case 0:
		err = g.setSize(g.random.IntN(6), reply)
	case 1:
		err = g.startRoll(g.random.IntN(3), reply)
	case 2:
		err = g.replace(g.random.IntN(len(g.members)), reply)
	default:
		g.stopRoll(errors.New("no more"))
		return
	}
	if err == nil {
		g.replies = append(g.replies, reply)
	}
}

// finish lets everything go well until nothing is left to do.
func (g *gamble) finish() {
	for range 300 {
		g.now = g.now.Add(time.Second)
		for i := range g.members {
			for g.members[i].held > 0 {
				g.finish1(i)
			}
			g.carryOut(i, false)
		}
		g.give(0)
		g.decide()
	}
	for _, reply := range g.replies {
		require.Len(g.t, reply, 1, "a request was not answered")
	}
	require.Zero(g.t, g.length+g.held)
	require.LessOrEqual(g.t, g.count().living, g.target+1)
	require.Nil(g.t, g.roll)
}
