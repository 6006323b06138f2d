package runtime

import (
	"context"
	"fmt"
	"reflect"
	"time"

	"github.com/asynkron/protoactor-go/actor"

	"brood/actors"
	"brood/actors/pool"
	"brood/actors/router"
)

// Member is what a Router can send tasks to. A *Pool, a *Process that speaks a
// Protocol and another *Router are asked as their own Submit would ask them: a
// task can be cancelled there, and a Process has no more of them than its Prefetch.
// Anything else with a PID, such as an *Actor, is taken for an actor that answers
// each *actors.Task with one *actors.Result with the Task's Tag; it is not told of
// cancels.
type Member interface{ PID() *actor.PID }

// ActorMember makes a Member of an actor's PID.
func ActorMember(pid *actor.PID) Member { return actorMember{pid} }

type actorMember struct{ pid *actor.PID }

func (m actorMember) PID() *actor.PID { return m.pid }

// RouterSpec describes a router. The zero value is one without members that gives
// each a task in turn.
type RouterSpec struct {
	// Name is the router's name in telemetry, one of few. Zero means "router".
	Name string
	// Policy says who gets a task. Nil means RoundRobin. The comment of package
	// actors/router tells when to use which.
	Policy Policy
	// Members are those that it begins with.
	Members []Member
	// WhenEmpty says what becomes of a task that no member can take now: since
	// there is none, or all are busy or not running. Zero means EmptyWaits.
	WhenEmpty WhenEmpty
	// QueueLimit is how many tasks may wait for a member; the next one is refused
	// with actors.ErrQueueFull. Zero means 1,024.
	QueueLimit int
}

// Router is a handle to an actor that spreads tasks over pools, processes and
// other actors. It does not own them: they are started and stopped by themselves,
// and one that ends is a member no more. Safe for concurrent use.
type Router struct {
	rt     *Runtime
	name   string
	actor  *actor.PID
	client *pool.Client
	ended  chan struct{} // closed when the actor has
	// launched is closed when actor is set, or never will be.
	launched chan struct{}
}

// StartRouter starts a router. Shutdown ends it before its members, if they were
// started before. The error lists every fault of the spec.
func (rt *Runtime) StartRouter(spec RouterSpec) (*Router, error) {
	if spec.Name == "" {
		spec.Name = "router"
	}
	r := &Router{rt: rt, name: spec.Name, ended: make(chan struct{}), launched: make(chan struct{})}
	props, err := r.props(spec)
	if err != nil {
		return nil, joinFaults("start "+spec.Name, err)
	}
	if err := rt.admit(r); err != nil {
		return nil, err
	}
	defer close(r.launched)
	pid, err := rt.spawn(props, rt.name("router", spec.Name))
	if err != nil {
		rt.dismiss(r)
		return nil, err
	}
	r.actor = pid
	r.client = pool.NewClient(rt.system, pid, spec.Name, rt.recorder)
	return r, nil
}

func (r *Router) props(spec RouterSpec) (*actor.Props, error) {
	members := make([]router.Member, len(spec.Members))
	for i, m := range spec.Members {
		members[i] = routed(m)
	}
	return router.Spec{
		Name:       spec.Name,
		Policy:     spec.Policy,
		Members:    members,
		WhenEmpty:  spec.WhenEmpty,
		QueueLimit: spec.QueueLimit,
		Telemetry:  r.rt.recorder,
		OnUndone:   func(task router.Undone) { r.rt.reporting.undone(spec.Name, pool.Undone(task)) },
		OnEnd: func() {
			r.rt.dismiss(r)
			close(r.ended)
		},
	}.Props()
}

// routed is a member as its router sees it. Without a PID it has none there.
func routed(m Member) router.Member {
	if v := reflect.ValueOf(m); !v.IsValid() || v.Kind() == reflect.Pointer && v.IsNil() {
		return router.Member{}
	}
	switch m := m.(type) {
	case *Pool:
		return router.Member{PID: m.PID(), Calls: true}
	case *Router:
		return router.Member{PID: m.PID(), Calls: true}
	case *Process:
		return router.Member{PID: m.PID(), Calls: true, Prefetch: m.prefetch}
	}
	return router.Member{PID: m.PID()}
}

// PID returns the router's actor. An actor that sends it an *actors.Task gets an
// *actors.Result.
func (r *Router) PID() *actor.PID { return r.actor }

// Submit hands a task to a member and waits for its answer. The error is the
// Result's. Besides what the member answers it is actors.ErrNoMember or
// actors.ErrQueueFull if no member can take the task, actors.ErrMemberEnded if the
// member ended with it (it may have run), *actors.QuorumError if several were
// asked and too few succeeded, actors.ErrStopping after Stop, and an
// *actors.CancelledError with ctx's cause if ctx ends first: then the task is
// cancelled at its member. If several members were asked, Result.Gathered has
// their answers.
func (r *Router) Submit(ctx context.Context, task actors.Task) (actors.Result, error) {
	return r.client.Submit(ctx, task)
}

// Add makes m a member; it is one for each task that is submitted after Add has
// returned. One that is a member already stays as it is. The error says that m has
// no actor, or is the router itself.
func (r *Router) Add(m Member) error {
	member := routed(m)
	switch {
	case member.PID == nil:
		return fmt.Errorf("runtime: %s: a member without an actor", r.name)
	case member.PID.Equal(r.actor):
		return fmt.Errorf("runtime: %s: it cannot be its own member", r.name)
	}
	r.rt.system.Root.Send(r.actor, &router.Join{Member: member})
	return nil
}

// Remove takes m out: it gets none of the tasks that are submitted after Remove
// has returned, and finishes those it has. One that is no member is left alone.
func (r *Router) Remove(m Member) {
	if member := routed(m); member.PID != nil {
		r.rt.system.Root.Send(r.actor, &router.Leave{PID: member.PID})
	}
}

// Stats returns what the router looks like now. After its end it is zero.
func (r *Router) Stats() RouterStats {
	reply := make(chan router.Stats, 1)
	r.rt.system.Root.Send(r.actor, &router.Inspect{Reply: reply})
	return <-reply
}

// Drain refuses new tasks with actors.ErrStopping and waits until all that were
// accepted are answered. If ctx ends first, it returns an error that tells how
// many are not; they go on.
func (r *Router) Drain(ctx context.Context) error {
	done := make(chan struct{}, 1)
	r.rt.system.Root.Send(r.actor, &router.Drain{Done: done})
	select {
	case <-done:
		return nil
	case <-ctx.Done():
	}
	stats := r.Stats() // answered after the Drain was handled
	select {
	case <-done:
		return nil
	default:
		return fmt.Errorf("runtime: drain %s: %d tasks waiting, %d held by members: %w",
			r.name, stats.Waiting, stats.Held, context.Cause(ctx))
	}
}

// Stop ends the router and waits for that: tasks that are not done are cancelled
// at their members and answered with actors.ErrStopping. For an end that loses
// nothing call Drain before. The members go on, and may for a moment still read
// the payload of a task that was answered so.
func (r *Router) Stop(ctx context.Context) error { return r.stop(ctx, context.Background()) }

func (r *Router) stop(_, last context.Context) error {
	r.urge()
	patience := time.NewTimer(lastMessage) // it never blocks
	defer patience.Stop()
	if r.actor == nil {
		return nil
	}
	select {
	case <-r.ended:
		return nil
	case <-patience.C:
	case <-last.Done():
	}
	return fmt.Errorf("runtime: stop %s: %w", r.name, ErrLeftBehind)
}

func (r *Router) urge() {
	<-r.launched
	if r.actor != nil {
		r.rt.system.Root.Stop(r.actor)
	}
}

func (r *Router) title() string { return r.name }

func (r *Router) drain(ctx context.Context) error {
	<-r.launched
	if r.actor == nil {
		return nil
	}
	return r.Drain(ctx)
}
