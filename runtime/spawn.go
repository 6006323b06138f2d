package runtime

import (
	"context"
	"fmt"

	"github.com/asynkron/protoactor-go/actor"
)

// Actor is a handle to a user's own actor that the Runtime ends in its
// Shutdown.
type Actor struct {
	rt    *Runtime
	pid   *actor.PID
	name  string
	ended chan struct{}
}

// Spawn starts a user's own actor, traced as by Props, under a unique name that
// begins with name. Shutdown stops it at its place in the reverse order of
// start: after the children that were started later. It handles the messages
// that it has before it stops.
func (rt *Runtime) Spawn(name string, props *actor.Props) (*Actor, error) {
	a := &Actor{rt: rt, name: rt.name("user", name), ended: make(chan struct{})}
	watched := rt.Props(props).Clone(actor.WithReceiverMiddleware(a.watchEnd))
	pid, err := rt.system.Root.SpawnNamed(watched, a.name)
	if err != nil {
		return nil, fmt.Errorf("runtime: spawn %s: %w", a.name, err)
	}
	a.pid = pid
	if err := rt.admit(a); err != nil {
		rt.system.Root.Stop(pid)
		return nil, err
	}
	return a, nil
}

// PID returns the actor's PID.
func (a *Actor) PID() *actor.PID { return a.pid }

// Stop lets the actor handle the messages that it has, then stops it, and waits
// until it has ended or ctx is done.
func (a *Actor) Stop(ctx context.Context) error {
	a.rt.system.Root.Poison(a.pid)
	select {
	case <-a.ended:
		return nil
	case <-ctx.Done():
		a.rt.system.Root.Stop(a.pid) // not after its messages, but at once
		return fmt.Errorf("runtime: stop %s: %w", a.name, context.Cause(ctx))
	}
}

// watchEnd notices the end of the actor, however it comes.
func (a *Actor) watchEnd(next actor.ReceiverFunc) actor.ReceiverFunc {
	return func(ctx actor.ReceiverContext, envelope *actor.MessageEnvelope) {
		next(ctx, envelope)
		if _, over := envelope.Message.(*actor.Stopped); over {
			a.rt.dismiss(a)
			close(a.ended)
		}
	}
}

func (a *Actor) drain(context.Context) error { return nil }

func (a *Actor) stop(ctx context.Context) error { return a.Stop(ctx) }
