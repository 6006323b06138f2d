package tests

import (
	"context"
	"syscall"
	"testing"
	"time"

	"github.com/asynkron/protoactor-go/actor"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/otel/trace"

	"brood/actors"
	"brood/runtime"
)

func routerOverProcesses(t *testing.T, rt *runtime.Runtime) {
	all, members := processes(t, rt, 2)
	r := startRouter(t, rt, runtime.RouterSpec{Members: members, Policy: runtime.PowerOfTwo{}})
	done, failed := pour(t, r, actors.Task{}, fewer(500), func() {})
	assert.Empty(t, failed, "they are never given more than they can hold")
	assert.Equal(t, 8*fewer(500), done)

	// What waits while a child is started again is not lost.
	kill(all[0].OSPID(), syscall.SIGKILL)
	kill(all[1].OSPID(), syscall.SIGKILL)
	done, failed = pour(t, r, actors.Task{Repeatable: true}, 10, func() {})
	assert.Empty(t, failed)
	assert.Equal(t, 80, done)
}

// TestRouterMembers is what becomes of tasks at members of each kind.
func TestRouterMembers(t *testing.T) {
	rt := newRuntime(t, runtime.Options{}) // one for all: its end takes a second
	for _, test := range []struct {
		name string
		test func(*testing.T, *runtime.Runtime)
	}{
		{"a cancel reaches the worker", routerCancels},
		{"over an actor of the user", routerOverAnActor},
		{"over single processes", routerOverProcesses},
		{"faults", routerListsFaults},
	} {
		t.Run(test.name, func(t *testing.T) { test.test(t, rt) })
	}
}

func routerCancels(t *testing.T, rt *runtime.Runtime) {
	_, members := pools(t, rt, 1, runtime.PoolSpec{Size: 1})
	inner := startRouter(t, rt, runtime.RouterSpec{Members: members})
	r := startRouter(t, rt, runtime.RouterSpec{Name: "outer", Members: []runtime.Member{inner}})
	g := newGate(t)
	ctx, cancel := context.WithCancel(within(t, limit))
	answer := through(ctx, r, actors.Task{Payload: []byte("hold " + g.path)})
	g.reached(t)
	cancel()
	o := receive(t, answer)
	assert.ErrorIs(t, o.err, context.Canceled)
	assert.Equal(t, 1, o.Attempts)
	_, err := r.Submit(within(t, limit), actors.Task{Payload: []byte("next")})
	assert.NoError(t, err, "the worker was told and is free")

	_, err = r.Submit(within(t, limit), actors.Task{Payload: []byte("hold " + g.path), Timeout: 50 * time.Millisecond})
	var late *actors.TaskTimeoutError
	require.ErrorAs(t, err, &late)
	assert.Equal(t, 50*time.Millisecond, late.Limit)
}

func routerOverAnActor(t *testing.T, rt *runtime.Runtime) {
	echo, err := rt.Spawn("echo", actor.PropsFromFunc(func(ctx actor.Context) {
		if m, ok := ctx.Message().(*actors.Task); ok {
			ctx.Respond(&actors.Result{Payload: m.Payload, Tag: m.Tag})
		}
	}))
	require.NoError(t, err)
	r := startRouter(t, rt, runtime.RouterSpec{Members: []runtime.Member{echo}, WhenEmpty: runtime.EmptyRefuses})
	result, err := r.Submit(within(t, limit), actors.Task{Payload: []byte("a"), Tag: 3})
	require.NoError(t, err)
	assert.Equal(t, actors.Result{Payload: []byte("a"), Tag: 3}, result)
	require.NoError(t, echo.Stop(within(t, limit)))
	require.Eventually(t, func() bool { return len(r.Stats().Members) == 0 }, limit, soon)
	_, err = r.Submit(within(t, limit), actors.Task{})
	assert.ErrorIs(t, err, actors.ErrNoMember)

	require.NoError(t, r.Add(runtime.ActorMember(echo.PID())), "it is gone, and goes again")
	_, err = r.Submit(within(t, limit), actors.Task{})
	assert.Error(t, err)
	assert.Error(t, r.Add(runtime.ActorMember(nil)))
	for _, none := range []runtime.Member{nil, (*runtime.Pool)(nil), (*runtime.Process)(nil), (*runtime.Router)(nil), (*runtime.Actor)(nil)} {
		assert.ErrorContains(t, r.Add(none), "a member without an actor", "%T", none)
		r.Remove(none)
	}
	assert.Error(t, r.Add(r))
}

func routerListsFaults(t *testing.T, rt *runtime.Runtime) {
	_, err := rt.StartRouter(runtime.RouterSpec{
		Policy:     runtime.Scatter{Of: -1, Need: -2, By: runtime.Hedge{After: -1, Percent: 101, By: runtime.ConsistentHash{SpillPercent: -1}}},
		Members:    []runtime.Member{nil},
		WhenEmpty:  7,
		QueueLimit: -1,
	})
	require.Error(t, err)
	for _, fault := range []string{"Scatter.Of is negative", "Scatter.Need is negative", "Scatter.By asks several", "Hedge.After",
		"Hedge.Percent", "SpillPercent", "Members[0] has no PID", "WhenEmpty is 7", "QueueLimit is -1"} {
		assert.ErrorContains(t, err, fault)
	}
}

func TestRouterTraceOfTask(t *testing.T) {
	r := newRecording(t)
	pool := startPool(t, r.Runtime, runtime.PoolSpec{Name: "p", Command: command(t, "worker"), Size: 1})
	router := startRouter(t, r.Runtime, runtime.RouterSpec{Name: "r", Members: []runtime.Member{pool}})
	ctx, caller := r.caller(t)
	result, err := router.Submit(ctx, actors.Task{Payload: []byte("trace")})
	require.NoError(t, err)
	assert.Equal(t, caller.SpanContext().TraceID().String(), string(result.Payload), "the trace that the handler sees")
	caller.End()
	submit, route := r.one(t, "submit r"), r.one(t, "route r")
	under(t, r.one(t, "caller"), submit, trace.SpanKindProducer)
	under(t, submit, route, trace.SpanKindInternal)
	under(t, route, r.one(t, "exchange p"), trace.SpanKindClient)
	assert.Empty(t, r.named("submit p"), "the pool's share is the router's try")
	r.nothingOpen(t)
}
