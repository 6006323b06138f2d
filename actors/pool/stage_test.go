package pool

import (
	"math/rand/v2"
	"testing"
	"time"

	"github.com/asynkron/protoactor-go/actor"
	"github.com/stretchr/testify/require"

	"brood/actors"
	"brood/actors/internal/alarm"
	"brood/actors/internal/mailbox"
	"brood/actors/process"
	"brood/actors/supervisor"
)

// stage is where a world's messages go: the pool's and the members' addresses.
type stage struct {
	system  *actor.ActorSystem
	world   *world
	self    *actor.PID
	members []*actor.PID
	agency  *actor.PID
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
			case *process.Cancel, *process.Revoke:
				s.world.members[i].inbox = append(s.world.members[i].inbox, message)
			}
		}))
	}
	s.agency = spawn(func(message any) {
		if call, ok := message.(*supervisor.Call); ok {
			s.world.asked = append(s.world.asked, call.Request)
		}
	})
	t.Cleanup(func() {
		for _, pid := range append(s.members, s.self, s.agency) {
			require.NoError(t, s.system.Root.StopFuture(pid).Wait())
		}
	})
	return s
}

// open makes a world of what its seed says: pools of all kinds.
func (s *stage) open(t *testing.T, seed uint64) *world {
	w := &world{t: t, stage: s, seed: seed, random: rand.New(rand.NewPCG(seed, 0)), runs: map[any]int{}, alarms: map[*alarm.Alarm]ringing{}}
	spec := Spec{
		Size: 1 + int(seed%4), Prefetch: int(seed % 7), QueueLimit: 1 + int(seed%11), MaxAttempts: 2, PoisonLimit: 3,
		WhenFull:      WhenFull(seed / 5 % 3),
		Order:         Order{Fair: seed%5 == 1, Sticky: seed%5 == 2, KeyLimit: int(seed % 5 / 3)},
		RepeatBackoff: RepeatBackoff{Min: time.Duration(seed%2) * time.Second, Max: 4 * time.Second},
		Supervisor:    func() *actor.PID { return s.agency },
		random:        w.random.Float64,
	}
	if seed%3 == 1 {
		spec.Recycle = Recycle{AfterTasks: int(seed / 3 % 4), AfterIdle: time.Duration(seed/12%2) * 2 * time.Second}
	}
	if seed%6 >= 4 {
		spec.Scale = Scale{Min: 1 + int(seed%2), Max: 2 + int(seed%3), Spares: int(seed / 6 % 2),
			UpAfter: time.Second, DownAfter: 3 * time.Second}
		spec.Size = spec.Scale.Start()
	}
	if seed%13 == 0 {
		spec.Numbers = max(spec.Size, spec.Scale.Max) + int(seed/13%2)
	}
	w.members = make([]fakeMember, len(s.members))
	w.pool = newPool(spec)
	w.pool.OwnMailbox(mailbox.New())
	w.pool.system, w.pool.self = s.system, s.self
	w.pool.clock = func() time.Time { return time.Unix(1, 0).Add(w.now) }
	w.pool.now = func() time.Duration { return w.now }
	w.pool.random = w.random.Float64
	w.pool.set = func(a *alarm.Alarm, after time.Duration, message any) {
		w.alarms[a] = ringing{w.now + max(after, 1), message}
	}
	s.world = w
	w.begin()
	return w
}
