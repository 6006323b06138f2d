package runtime

import (
	"context"
	"fmt"
	"time"

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

// lastMessage is how long an actor that must stop at once may still take for
// the message that it is at.
const lastMessage = time.Second

// Stop lets the actor handle the messages that it has, then stops it, and waits
// until it has ended. When ctx is done it stops after the message that it is
// at. The error matches ErrLeftBehind if a second later it has not: its Receive
// blocks.
func (a *Actor) Stop(ctx context.Context) error {
	if ctx.Err() == nil {
		a.rt.system.Root.Poison(a.pid)
		select {
		case <-a.ended:
			return nil
		case <-ctx.Done():
		}
	}
	a.rt.system.Root.Stop(a.pid)
	patience := time.NewTimer(lastMessage)
	defer patience.Stop()
	select {
	case <-a.ended:
		return nil
	case <-patience.C:
		return fmt.Errorf("runtime: stop %s: %w", a.name, ErrLeftBehind)
	}
}

// watchEnd notices the end of the actor, however it comes.
func (a *Actor) watchEnd(next actor.ReceiverFunc) actor.ReceiverFunc {
	return func(ctx actor.ReceiverContext, envelope *actor.MessageEnvelope) {
		if _, over := envelope.Message.(*actor.Stopped); over {
			defer close(a.ended) // also if the actor's own handling panics
			defer a.rt.dismiss(a)
		}
		next(ctx, envelope)
	}
}

func (a *Actor) drain(context.Context) error { return nil }

func (a *Actor) stop(ctx context.Context) error { return a.Stop(ctx) }
