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
	rt       *Runtime
	name     string
	launched chan struct{} // closed when pid is set, or never will be
	pid      *actor.PID
	ended    chan struct{}
}

// Spawn starts a user's own actor, traced as by Props, under a unique name that
// contains name. Shutdown stops it at its place in the reverse order of start:
// after the children that were started later. It handles the messages that it
// has before it stops.
func (rt *Runtime) Spawn(name string, props *actor.Props) (*Actor, error) {
	if props == nil {
		return nil, fmt.Errorf("runtime: spawn %s: props are nil", name)
	}
	// The root's name tells apart the runtimes that share an actor system.
	a := &Actor{
		rt:       rt,
		name:     rt.root.Id + "-" + rt.name("user", name),
		launched: make(chan struct{}),
		ended:    make(chan struct{}),
	}
	defer close(a.launched)
	if err := rt.admit(a); err != nil {
		return nil, err
	}
	var err error
	watched := rt.Props(props).Clone(actor.WithReceiverMiddleware(a.watchEnd))
	if a.pid, err = rt.system.Root.SpawnNamed(watched, a.name); err != nil {
		a.pid = nil
		rt.dismiss(a)
		return nil, fmt.Errorf("runtime: spawn %s: %w", a.name, err)
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
func (a *Actor) Stop(ctx context.Context) error { return a.stop(ctx, context.Background()) }

func (a *Actor) stop(ctx, last context.Context) error {
	<-a.launched
	if a.pid == nil {
		return nil
	}
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
	case <-last.Done():
	}
	return fmt.Errorf("runtime: stop %s: %w", a.name, ErrLeftBehind)
}

func (a *Actor) urge() {
	<-a.launched
	if a.pid != nil {
		a.rt.system.Root.Stop(a.pid)
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

func (a *Actor) title() string { return a.name }

func (a *Actor) drain(context.Context) error { return nil }
