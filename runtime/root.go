package runtime

import (
	"fmt"

	"github.com/asynkron/protoactor-go/actor"

	"brood/actors"
)

// root is the actor above all of the runtime's own. It spawns them, and stops
// one that panics: what it owned is settled by its own end, and a restart in
// place would forget it.
type root struct{ ended chan<- struct{} }

var _ actor.SupervisorStrategy = (*root)(nil)

// spawn asks root for a child.
type spawn struct {
	props *actor.Props
	name  string
	reply chan<- spawnedActor
}

type spawnedActor struct {
	pid *actor.PID
	err error
}

// areYouThere asks root for a sign of life.
type areYouThere struct{ answer chan<- struct{} }

func (r *root) Receive(ctx actor.Context) {
	switch m := ctx.Message().(type) {
	case *spawn:
		pid, err := ctx.SpawnNamed(m.props, m.name)
		m.reply <- spawnedActor{pid, err}
	case *areYouThere:
		m.answer <- struct{}{}
	case *actor.Stopped:
		close(r.ended)
	}
}

// HandleFailure stops the child that panicked.
func (r *root) HandleFailure(_ *actor.ActorSystem, s actor.Supervisor, child *actor.PID, _ *actor.RestartStatistics, _, _ any) {
	s.StopChildren(child)
}

func (rt *Runtime) spawnRoot() error {
	props := actor.PropsFromProducer(func() actor.Actor { return &root{ended: rt.rootEnded} })
	pid, err := rt.system.Root.SpawnNamed(props, "brood-"+rt.system.ProcessRegistry.NextId())
	rt.root = pid
	return err
}

// spawn starts one of the runtime's own actors under root.
func (rt *Runtime) spawn(props *actor.Props, name string) (*actor.PID, error) {
	reply := make(chan spawnedActor, 1)
	rt.system.Root.Send(rt.root, &spawn{props: props, name: name, reply: reply})
	select {
	case s := <-reply:
		return s.pid, s.err
	case <-rt.rootEnded:
		if rt.isStopping() {
			return nil, fmt.Errorf("runtime: %w", actors.ErrStopping)
		}
		return nil, errNoRoot
	}
}
