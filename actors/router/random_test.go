package router

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/asynkron/protoactor-go/actor"
	"github.com/stretchr/testify/require"

	"brood/actors"
	"brood/actors/process"
)

var errCancelled = errors.New("cancelled")

// world is a desk with members that answer, refuse, cancel and die at random.
// Their messages arrive in order, some time later.
type world struct {
	t       *testing.T
	random  *rand.Rand
	desk    *desk
	now     time.Time
	members []*fake
	calls   []*process.Call
	answers map[*process.Call]int
	results map[*process.Call]actors.Result
	watched map[identity]int
	ran     map[string]int // by payload: how often it may have
	late    []answer       // of members that are gone
}

// fake is a member.
type fake struct {
	Member
	dead   bool
	inbox  []any // from the desk
	outbox []any // to it
	holds  []*leg
	lost   []*leg // when it died
}

type (
	answer struct {
		leg    *leg
		result actors.Result
		pid    *actor.PID // whose
	}
	death  struct{}
	recall struct {
		leg     *leg
		payload string
		err     error
	}
)

var policies = []Policy{RoundRobin{}, Random{}, LeastLoaded{}, PowerOfTwo{}, ConsistentHash{}, Broadcast{},
	Scatter{}, Scatter{Of: 2, Need: First}, Scatter{Of: 3, Need: Quorum(2), By: LeastLoaded{}}, Hedge{After: 5 * time.Millisecond, Percent: 100}}

// Whatever happens in whatever order: each call is answered once, the desk counts
// what is there, and a task that must not be repeated runs at one member only,
// unless its policy says otherwise.
func TestEveryCallIsAnsweredOnce(t *testing.T) {
	seeds := uint64(12)
	if testing.Short() {
		seeds = 3
	}
	for p, policy := range policies {
		t.Run(fmt.Sprintf("%d-%T", p, policy), func(t *testing.T) {
			for seed := range seeds {
				w := newWorld(t, policy, seed)
				for range 300 {
					w.step()
					w.check()
				}
				w.finish()
			}
		})
	}
}

func newWorld(t *testing.T, policy Policy, seed uint64) *world {
	w := &world{t: t, random: rand.New(rand.NewPCG(seed, 1)), now: time.Unix(0, 0),
		answers: map[*process.Call]int{}, results: map[*process.Call]actors.Result{}, watched: map[identity]int{}, ran: map[string]int{}}
	w.desk = newDesk(Spec{Policy: policy, QueueLimit: 5, WhenEmpty: WhenEmpty(seed % 2), Random: w.random,
		Clock: func() time.Time { return w.now }}, w)
	return w
}

func (w *world) step() {
	switch n := w.random.IntN(20); {
	case n < 5:
		w.submit()
	case n == 5 && len(w.calls) > 0:
		w.cut(w.calls[w.random.IntN(len(w.calls))])
	case n == 6 && len(w.members) < 6:
		m := &fake{Member: Member{PID: actor.NewPID("", fmt.Sprint("m", len(w.calls), w.random.IntN(1000))),
			Calls: w.random.IntN(3) > 0, Slots: w.random.IntN(3)}}
		w.members = append(w.members, m)
		w.desk.join(m.Member)
	case len(w.members) == 0:
	case n == 7 && w.random.IntN(3) == 0:
		w.desk.leave(w.any().PID)
	case n == 8:
		w.desk.join(w.any().Member) // again, or back
	case n == 9 && w.random.IntN(2) == 0:
		w.die(w.any())
	case n == 10:
		w.now = w.now.Add(time.Duration(w.random.IntN(30)) * time.Millisecond)
		w.desk.tick(w.now)
	case n == 11 && w.random.IntN(3) == 0:
		w.hearLate()
	case n < 15:
		w.work(w.any())
	default:
		w.hear(w.any())
	}
}

func (w *world) any() *fake { return w.members[w.random.IntN(len(w.members))] }

func (w *world) submit() {
	call := &process.Call{Task: actors.Task{Payload: fmt.Append(nil, len(w.calls)), Key: fmt.Sprint(w.random.IntN(4)),
		Repeatable: w.random.IntN(2) == 0}}
	w.calls = append(w.calls, call)
	w.desk.accept(call)
}

// cut does as the actor does.
func (w *world) cut(call *process.Call) {
	if r, ok := call.Pool.Route.(*route); ok && w.answers[call] == 0 {
		w.desk.cut(r, errCancelled, time.Duration(w.random.IntN(2)))
	}
}

func (w *world) die(m *fake) {
	if !m.dead {
		m.dead = true
		for _, l := range m.holds {
			w.runs(l)
			w.late = append(w.late, answer{l, actors.Result{Payload: slices.Clone(l.Task.Payload), Attempts: 1}, m.PID})
		}
		for _, message := range m.inbox {
			if l, ok := message.(*leg); ok {
				m.lost = append(m.lost, l)
			}
		}
		m.lost = append(m.lost, m.holds...)
		m.inbox, m.holds = nil, nil
		m.outbox = append(m.outbox, death{})
	}
}

// work lets a member take its next message, or do something with what it holds.
func (w *world) work(m *fake) {
	if len(m.inbox) > 0 {
		message := m.inbox[0]
		m.inbox = m.inbox[1:]
		switch message := message.(type) {
		case *leg:
			if w.random.IntN(5) == 0 {
				w.say(m, message, actors.Result{Err: []error{actors.ErrBusy, actors.ErrQueueFull, actors.ErrStopping}[w.random.IntN(3)]})
				return
			}
			m.holds = append(m.holds, message)
		case recall:
			require.Equal(w.t, message.payload, string(message.leg.Task.Payload), "it has become another's")
			if i := slices.Index(m.holds, message.leg); i >= 0 {
				w.runs(message.leg)
				w.say(m, message.leg, actors.Result{Err: message.err, Attempts: 1})
				m.holds = slices.Delete(m.holds, i, i+1)
			}
		}
		return
	}
	if len(m.holds) == 0 {
		return
	}
	i := w.random.IntN(len(m.holds))
	l := m.holds[i]
	m.holds = slices.Delete(m.holds, i, i+1)
	result := actors.Result{Payload: slices.Clone(l.Task.Payload), Attempts: 1}
	mayHaveRun := true
	switch w.random.IntN(6) {
	case 0:
		mayHaveRun = w.random.IntN(2) == 0
		result = actors.Result{Err: &actors.WorkerExitedError{MayHaveRun: mayHaveRun}, Attempts: 1}
	case 1:
		result = actors.Result{Err: &actors.TaskError{}, Attempts: 1}
	}
	if mayHaveRun {
		w.runs(l)
	}
	w.say(m, l, result)
}

// runs notes that a task may have run at a member.
func (w *world) runs(l *leg) {
	w.ran[string(l.Task.Payload)]++
	if w.desk.terms.of == 1 && !l.Task.Repeatable {
		require.Equal(w.t, 1, w.ran[string(l.Task.Payload)], "task %s ran again", l.Task.Payload)
	}
}

func (w *world) say(m *fake, l *leg, result actors.Result) {
	m.outbox = append(m.outbox, answer{l, result, m.PID})
	if !m.Calls && w.random.IntN(4) == 0 {
		m.outbox = append(m.outbox, answer{l, result, m.PID}) // it does not know better
	}
}

// hearLate delivers what came behind the end of a member.
func (w *world) hearLate() {
	for _, a := range w.late {
		if !slices.ContainsFunc(w.members, func(m *fake) bool { return m.PID == a.pid }) {
			w.desk.settle(a.leg, a.result)
		}
	}
	w.late = slices.DeleteFunc(w.late, func(a answer) bool { return a.leg.settled })
}

// hear delivers a member's next message to the desk.
func (w *world) hear(m *fake) {
	if len(m.outbox) == 0 {
		return
	}
	message := m.outbox[0]
	m.outbox = m.outbox[1:]
	switch message := message.(type) {
	case answer:
		w.desk.settle(message.leg, message.result)
	case death:
		w.desk.gone(m.PID)
		w.watched[identify(m.PID)] = 0
		w.members = slices.DeleteFunc(w.members, func(other *fake) bool { return other == m })
	}
}

func (w *world) send(l *leg) {
	i := slices.IndexFunc(w.members, func(m *fake) bool { return m.PID == l.member.PID })
	require.GreaterOrEqual(w.t, i, 0, "sent to a member that is known to be gone")
	m := w.members[i]
	require.False(w.t, l.settled)
	if m.dead {
		m.lost = append(m.lost, l)
		return
	}
	m.inbox = append(m.inbox, l)
}

func (w *world) cancel(l *leg, err error) {
	require.True(w.t, l.member.Calls, "a plain actor understands no cancel")
	for _, m := range w.members {
		if m.PID == l.member.PID && !m.dead {
			m.inbox = append(m.inbox, recall{l, string(l.Task.Payload), err})
		}
	}
}

func (w *world) answer(call *process.Call, result actors.Result) {
	w.answers[call]++
	w.results[call] = result
	require.Equal(w.t, 1, w.answers[call], "call %s", call.Task.Payload)
	if result.Err == nil {
		require.Equal(w.t, call.Task.Payload, result.Payload, "somebody else's answer")
	}
}

func (w *world) undone(*process.Call, error) {}
func (w *world) watch(pid *actor.PID)        { w.watched[identify(pid)]++ }
func (w *world) unwatch(pid *actor.PID)      { w.watched[identify(pid)]-- }

// check holds the desk's counts against what is there.
func (w *world) check() {
	require.Equal(w.t, len(w.calls)-len(w.answers), w.desk.open())
	require.LessOrEqual(w.t, len(w.desk.members), len(w.desk.known))
	for _, m := range w.desk.known {
		require.Equal(w.t, 1, w.watched[identify(m.PID)])
		require.GreaterOrEqual(w.t, m.load, 0)
		require.False(w.t, w.desk.waiting.length > 0 && !m.leaving && m.able(), "it could take what waits")
		require.Equal(w.t, w.load(m.PID), m.load)
		if m.Slots > 0 && !w.desk.terms.everyone {
			require.LessOrEqual(w.t, m.load, m.Slots)
		}
	}
}

// load counts what a member has, and has answered to a desk that does not know.
func (w *world) load(pid *actor.PID) int {
	legs := map[*leg]bool{}
	for _, m := range w.members {
		if m.PID != pid {
			continue
		}
		for _, message := range slices.Concat(m.inbox, m.outbox) {
			switch message := message.(type) {
			case *leg:
				legs[message] = true
			case answer:
				legs[message.leg] = !message.leg.settled
			}
		}
		for _, l := range slices.Concat(m.holds, m.lost) {
			legs[l] = true
		}
	}
	n := 0
	for _, has := range legs {
		if has {
			n++
		}
	}
	return n
}

// finish lets the members work until all is answered, and then die.
func (w *world) finish() {
	w.desk.close(actors.ErrStopping)
	for range 2000 {
		if len(w.members) > 0 && w.random.IntN(20) == 0 {
			w.die(w.any())
		}
		for _, m := range slices.Clone(w.members) {
			w.work(m)
			w.hear(m)
		}
		w.now = w.now.Add(restTime)
		w.desk.tick(w.now)
		w.check()
		if w.desk.open() == 0 {
			return
		}
	}
	w.t.Fatalf("%d tasks were never answered", w.desk.open())
}
