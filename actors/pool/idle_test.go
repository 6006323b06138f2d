package pool

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"brood/actors"
	"brood/actors/process"
)

// yard is a scheduler whose members do at once what a test says. It knows by
// itself who holds what, and where each key was last.
type yard struct {
	t         *testing.T
	random    *rand.Rand
	scheduler *scheduler
	holds     [][]*process.Call
	at        map[int]home // by row of the table of homes
	accepted  int
	back      bool // whether some came back, which they do also to a full queue
	done      int  // answered, refused later or pushed out
}

type home struct {
	member      int
	incarnation uint32
}

// No member idles while a call waits that it may have; no key has more than its
// limit under way, and none is with two members while its first one lives.
func TestNoMemberIdlesWhileSomethingMayRun(t *testing.T) {
	seeds := uint64(40)
	if testing.Short() {
		seeds = 3
	}
	for name, order := range map[string]Order{
		"plain": {}, "sticky": {Sticky: true}, "limit": {KeyLimit: 1}, "fair": {Fair: true, KeyLimit: 2},
		"sticky limit": {Sticky: true, KeyLimit: 2}, "all": {Fair: true, Sticky: true, KeyLimit: 1},
	} {
		for _, full := range []WhenFull{Refuse, Wait, PushOut} {
			t.Run(fmt.Sprintf("%s/%d", name, full), func(t *testing.T) {
				for seed := range seeds {
					newYard(t, order, full, rand.New(rand.NewPCG(seed, 4))).run(300)
				}
			})
		}
	}
}

func newYard(t *testing.T, order Order, full WhenFull, random *rand.Rand) *yard {
	members := 1 + random.IntN(5)
	room := room{tasks: 1 + random.IntN(12), bytes: random.IntN(2) * 40, whenFull: full}
	y := &yard{t: t, random: random, holds: make([][]*process.Call, members), at: map[int]home{}}
	y.scheduler = newScheduler(members, 1+random.IntN(3), 3, newQueue(order, room, nil))
	for i := range members {
		y.scheduler.ready(i, 1)
	}
	return y
}

func (y *yard) run(deeds int) {
	s := y.scheduler
	for range deeds {
		i := y.random.IntN(len(y.holds))
		switch y.random.IntN(12) {
		case 0, 1, 2, 3, 4:
			y.accept()
		case 5:
			y.cancel()
		case 6:
			y.die(i)
		case 7:
			if len(y.holds[i]) == 0 {
				s.retire(i, s.members[i].incarnation)
			}
		default:
			y.end(i)
		}
		y.dispatch()
		y.check()
	}
	for i := range y.holds {
		if !s.members[i].ready {
			y.die(i)
		}
	}
	for y.dispatch(); y.accepted > y.done; y.dispatch() {
		before := y.done
		for i := range y.holds {
			y.end(i)
		}
		require.Greater(y.t, y.done, before, "stuck")
	}
	require.True(y.t, s.drained())
	require.Zero(y.t, s.atDoor)
	require.Empty(y.t, s.keys.lanes)
}

func (y *yard) accept() {
	call := &process.Call{Task: actors.Task{
		Payload: make([]byte, y.random.IntN(20)), Priority: y.random.IntN(3),
		Key: fmt.Sprint(y.random.IntN(8)), Repeatable: true,
	}}
	if !y.scheduler.fits(call) {
		y.dispatch()
	}
	out, err := y.scheduler.accept(call)
	y.done += len(out)
	if err == nil {
		y.accepted++
	}
	if err == actors.ErrQueueFull {
		require.False(y.t, y.mayRun(call, y.free()), "refused, and could have run")
	}
}

func (y *yard) dispatch() {
	s := y.scheduler
	for {
		call, to := s.next()
		if call == nil {
			if s.letIn(func(*process.Call) {}) {
				continue
			}
			return
		}
		require.True(y.t, s.members[to].ready)
		y.holds[to] = append(y.holds[to], call)
		if s.order.Sticky {
			y.followed(call, to)
		}
	}
}

// followed checks that a key stays where it was, if that lives.
func (y *yard) followed(call *process.Call, to int) {
	s := y.scheduler
	row := s.keys.homes.row(call.Task.Key)
	if h, was := y.at[row]; was && y.alive(h) {
		require.Equal(y.t, h.member, to, "moved away from a worker that lives")
	}
	y.at[row] = home{to, s.members[to].incarnation}
}

func (y *yard) alive(h home) bool {
	m := y.scheduler.members[h.member]
	return m.ready && m.incarnation == h.incarnation
}

func (y *yard) end(i int) {
	if len(y.holds[i]) == 0 {
		return
	}
	k := y.random.IntN(len(y.holds[i]))
	call := y.holds[i][k]
	y.holds[i] = slices.Delete(y.holds[i], k, k+1)
	y.scheduler.freed(i, y.scheduler.members[i].incarnation, 1, 0)
	if call.Pool.Counted {
		y.scheduler.freedKeys(i, y.scheduler.members[i].incarnation, []string{call.Task.Key})
	}
	y.done++
}

// die ends a member, which gives back what it held, and starts it again.
func (y *yard) die(i int) {
	s, run := y.scheduler, y.scheduler.members[i].incarnation
	if n := len(y.holds[i]); n > 0 && y.random.IntN(2) == 0 { // one that was answered early
		y.holds[i] = y.holds[i][:n-1]
		y.done++
	}
	back := &process.Returned{Member: i, Incarnation: run, NotRun: y.holds[i], Exit: killed}
	y.back = y.back || len(y.holds[i]) > 0
	y.holds[i] = nil
	for _, v := range s.returned(back) {
		require.NoError(y.t, v.err)
	}
	s.down(i, run)
	if y.random.IntN(2) == 0 {
		y.dispatch()
		y.check()
	}
	s.ready(i, run+1)
}

func (y *yard) cancel() {
	for call := range y.scheduler.waiting() {
		if y.random.IntN(4) == 0 {
			y.scheduler.withdraw(call)
			y.done++
			return
		}
	}
	if call := y.scheduler.door.tail; call != nil {
		y.scheduler.withdraw(call)
		y.done++
	}
}
