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
			Calls: w.random.IntN(3) > 0, Prefetch: w.random.IntN(3)}}
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

// check holds the desk's counts against what is there.
func (w *world) check() {
	require.Equal(w.t, len(w.calls)-len(w.answers), w.desk.open())
	require.LessOrEqual(w.t, len(w.desk.members), len(w.desk.known))
	able, enough := 0, 1
	if w.desk.terms.several {
		_, enough = w.desk.extent()
	}
	for _, m := range w.desk.known {
		if !m.leaving && m.able() {
			able++
		}
		require.Equal(w.t, 1, w.watched[identify(m.PID)])
		require.GreaterOrEqual(w.t, m.load, 0)
		require.Equal(w.t, w.load(m.PID), m.load)
		if m.Prefetch > 0 && !w.desk.terms.everyone {
			require.LessOrEqual(w.t, m.load, m.Prefetch)
		}
	}
	require.False(w.t, w.desk.waiting.length > 0 && able >= max(enough, 1), "they could take what waits")
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
