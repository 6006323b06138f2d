package pool

import (
	"errors"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"brood/actors"
	"brood/actors/process"
)

var errCancelled = errors.New("cancelled")

// world is a scheduler with members that do as process actors do: what they
// say arrives in order, some time later.
type world struct {
	t         *testing.T
	random    *rand.Rand
	scheduler *scheduler
	members   []fakeMember
	calls     []*process.Call // accepted
	answers   map[*process.Call]int
}

// fakeMember is a process actor with its child.
type fakeMember struct {
	run     uint32
	running bool
	inbox   []any           // from the pool
	outbox  []any           // to the pool
	holds   []*process.Call // nil: answered early, its slot is taken
}

// Whatever happens in whatever order: each accepted call is in one place and is
// answered once, no member gets more than it has slots, and the counts are
// those of what is there.
func TestEveryCallIsInOnePlaceAndAnsweredOnce(t *testing.T) {
	for seed := range uint64(60) {
		w := &world{t: t, random: rand.New(rand.NewPCG(seed, 0)), answers: map[*process.Call]int{},
			members: make([]fakeMember, 1+seed%4)}
		slots, limit := 1+int(seed%3), 1+int(seed%7)
		w.scheduler = plainScheduler(len(w.members), slots, limit, 2)
		for range 400 {
			w.step()
			w.check(slots)
		}
		w.finish(slots)
		for _, call := range w.calls {
			require.Equal(t, 1, w.answers[call], "seed %d: call %v", seed, call.Task.Tag)
		}
		require.True(t, w.scheduler.drained(), "seed %d", seed)
	}
}

func (w *world) step() {
	i := w.random.IntN(len(w.members))
	m := &w.members[i]
	switch w.random.IntN(12) {
	case 0, 1, 2:
		call := &process.Call{Task: actors.Task{Tag: len(w.calls), Repeatable: w.random.IntN(2) == 0}, Pooled: true}
		if _, err := w.scheduler.accept(call); err == nil {
			w.calls = append(w.calls, call)
		}
	case 3:
		if len(w.calls) > 0 {
			w.cancel(w.calls[w.random.IntN(len(w.calls))])
		}
	case 4:
		if m.running && w.random.IntN(3) == 0 {
			w.die(i)
		}
	case 5, 6:
		w.start(i)
	case 7:
		w.reply(i)
	case 8, 9:
		w.toMember(i)
	default:
		w.toPool(i)
	}
}

func (w *world) answer(call *process.Call) { w.answers[call]++ }

// cancel does as the pool's actor does.
func (w *world) cancel(call *process.Call) {
	if w.answers[call] > 0 {
		return
	}
	if w.scheduler.cancel(call, errCancelled) {
		w.answer(call)
		return
	}
	m := &w.members[call.Pool.Member]
	m.inbox = append(m.inbox, &process.Cancel{Call: call, Err: errCancelled})
}

func (w *world) start(i int) {
	m := &w.members[i]
	if m.running {
		return
	}
	m.run++
	if w.random.IntN(4) == 0 { // it could not be started
		m.outbox = append(m.outbox, &actors.Down{Incarnation: m.run})
		return
	}
	m.running = true
	m.outbox = append(m.outbox, &actors.Started{Incarnation: m.run, PID: 1}, &actors.Ready{Incarnation: m.run})
}

func (w *world) die(i int) {
	m := &w.members[i]
	back := &process.Returned{Member: i, Incarnation: m.run, Exit: killed}
	for _, call := range m.holds {
		switch {
		case call == nil:
		case w.random.IntN(2) == 0:
			back.MayHaveRun = append(back.MayHaveRun, call)
		default:
			back.NotRun = append(back.NotRun, call)
		}
	}
	m.holds, m.running = nil, false
	m.outbox = append(m.outbox, back, &actors.Down{Incarnation: m.run})
}

// reply lets the child answer one of its calls.
func (w *world) reply(i int) {
	m := &w.members[i]
	if len(m.holds) == 0 {
		return
	}
	k := w.random.IntN(len(m.holds))
	if call := m.holds[k]; call != nil {
		w.answer(call)
	}
	m.holds = slices.Delete(m.holds, k, k+1)
	m.outbox = append(m.outbox, &process.Freed{Member: i, Incarnation: m.run, N: 1})
}

// toMember delivers a member's next message.
func (w *world) toMember(i int) {
	m := &w.members[i]
	if len(m.inbox) == 0 {
		return
	}
	message := m.inbox[0]
	m.inbox = m.inbox[1:]
	switch message := message.(type) {
	case *process.Call:
		if !m.running || message.Pool.Incarnation != m.run {
			m.outbox = append(m.outbox, &process.Returned{
				Member: i, Incarnation: message.Pool.Incarnation, NotRun: []*process.Call{message}})
			return
		}
		message.Attempts++
		m.holds = append(m.holds, message)
	case *process.Cancel:
		if k := slices.Index(m.holds, message.Call); k >= 0 {
			m.holds[k] = nil
			w.answer(message.Call)
		}
	}
}

// toPool delivers the next message from a member; then the pool's turn ends.
func (w *world) toPool(i int) {
	m := &w.members[i]
	if len(m.outbox) > 0 {
		message := m.outbox[0]
		m.outbox = m.outbox[1:]
		w.hear(i, message)
	}
	for {
		call, to := w.scheduler.next()
		if call == nil {
			return
		}
		w.members[to].inbox = append(w.members[to].inbox, call)
	}
}

func (w *world) hear(i int, message any) {
	s := w.scheduler
	switch message := message.(type) {
	case *actors.Started:
		s.started(i, message.Incarnation, message.PID)
	case *actors.Ready:
		s.ready(i, message.Incarnation)
	case *actors.Down:
		s.down(i, message.Incarnation)
	case *process.Freed:
		s.now = s.now.Add(time.Duration(w.random.IntN(2000)) * time.Microsecond)
		s.freed(i, message.Incarnation, message.N)
	case *process.Returned:
		for _, v := range s.returned(message) {
			if v.err != nil {
				w.answer(v.call)
			}
		}
	}
}

// finish lets the members work until all is answered.
func (w *world) finish(slots int) {
	w.scheduler.close(actors.ErrStopping)
	for range 100 * (len(w.calls) + 1) {
		for i := range w.members {
			w.toMember(i)
			w.toPool(i)
			w.reply(i)
			if !w.members[i].running && len(w.members[i].outbox) == 0 {
				w.start(i)
			}
		}
		if len(w.answers) == len(w.calls) && w.quiet() {
			break
		}
	}
	w.check(slots)
}

func (w *world) quiet() bool {
	return !slices.ContainsFunc(w.members, func(m fakeMember) bool {
		return len(m.inbox)+len(m.outbox)+len(m.holds) > 0
	})
}
