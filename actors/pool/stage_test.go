package pool

import (
	"math/rand/v2"
	"testing"
	"time"

	"github.com/asynkron/protoactor-go/actor"
	"github.com/stretchr/testify/require"

	"brood/actors"
	"brood/actors/process"
)

// stage is where a world's messages go: the pool's and the members' addresses.
type stage struct {
	system  *actor.ActorSystem
	world   *world
	self    *actor.PID
	members []*actor.PID
}

// newStage spawns actors whose turns run on the goroutine that posts to them.
func newStage(t *testing.T, members int) *stage {
	s := &stage{system: open(t, Spec{Size: 1}).system}
	spawn := func(receive func(any)) *actor.PID {
		return s.system.Root.Spawn(actor.PropsFromFunc(func(ctx actor.Context) {
			receive(ctx.Message())
		}, actor.WithDispatcher(actor.NewSynchronizedDispatcher(1))))
	}
	s.self = spawn(func(message any) {
		if result, ok := message.(*actors.Result); ok {
			s.world.arriving = append(s.world.arriving, result)
		}
	})
	for i := range members {
		s.members = append(s.members, spawn(func(message any) {
			switch message := message.(type) {
			case *process.Call:
				for call := range message.Chain() {
					s.world.members[i].inbox = append(s.world.members[i].inbox, call)
				}
			case *process.Cancel:
				s.world.members[i].inbox = append(s.world.members[i].inbox, message)
			}
		}))
	}
	t.Cleanup(func() {
		for _, pid := range append(s.members, s.self) {
			require.NoError(t, s.system.Root.StopFuture(pid).Wait())
		}
	})
	return s
}

func (s *stage) open(t *testing.T, seed uint64) *world {
	w := &world{t: t, seed: seed, random: rand.New(rand.NewPCG(seed, 0)), runs: map[any]int{}}
	spec := Spec{
		Size: 1 + int(seed%4), Prefetch: 1 + int(seed%3), QueueLimit: 1 + int(seed%7), MaxAttempts: 2, PoisonLimit: 3,
		WhenFull:      WhenFull(seed / 5 % 3),
		Order:         Order{Fair: seed%5 == 1, Sticky: seed%5 == 2, KeyLimit: int(seed % 5 / 3)},
		RepeatBackoff: RepeatBackoff{Min: time.Duration(seed%2) * time.Second, Max: 4 * time.Second},
	}
	w.members = make([]fakeMember, spec.Size)
	w.pool = newPool(spec)
	w.pool.system, w.pool.self = s.system, s.self
	copy(w.pool.pids, s.members)
	w.pool.now = func() time.Duration { return w.now }
	w.pool.random = w.random.Float64
	w.pool.ring = func(after time.Duration) { w.alarm = w.now + max(after, 1) }
	s.world = w
	return w
}
