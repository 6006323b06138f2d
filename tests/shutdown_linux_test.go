package tests

import (
	"context"
	"errors"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/asynkron/protoactor-go/actor"
	"github.com/hashicorp/go-multierror"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"brood/actors"
	"brood/runtime"
)

func TestShutdownInReverseOrder(t *testing.T) {
	rt := newRuntime(t, runtime.Options{})
	log := filepath.Join(t.TempDir(), "log")
	for _, name := range []string{"first", "second", "third"} {
		var out screen
		start(t, rt, runtime.ProcessSpec{Command: command(t, "witness", log, name), Output: out.print})
		out.shows(t, "ready")
	}
	require.NoError(t, rt.Shutdown(within(t, limit)))
	assert.Equal(t, []string{"third", "second", "first"}, lines(t, log))
	noChildren(t)
}

func TestShutdownLetsTasksFinish(t *testing.T) {
	rt := newRuntime(t, runtime.Options{})
	pool := startPool(t, rt, runtime.PoolSpec{Command: command(t, "worker"), Size: 1})
	g := newGate(t)
	held := submit(within(t, limit), pool, actors.Task{Payload: []byte("hold " + g.path)})
	g.reached(t)
	waiting := submit(within(t, limit), pool, actors.Task{Payload: []byte("waits")})
	queued(t, pool, 1)
	down := make(chan error, 1)
	go func() { down <- rt.Shutdown(within(t, limit)) }()
	<-rt.Stopping()
	g.open()
	require.NoError(t, receive(t, down))
	assert.NoError(t, receive(t, held).err)
	assert.NoError(t, receive(t, waiting).err)
}

// TestShutdownWithStuckChildren: none of them ends by itself in time.
func TestShutdownWithStuckChildren(t *testing.T) {
	rt := newRuntime(t, runtime.Options{})
	var out screen
	start(t, rt, runtime.ProcessSpec{Command: command(t, "stubborn"), Grace: time.Hour, Output: out.print})
	out.shows(t, "ready")
	start(t, rt, runtime.ProcessSpec{Command: command(t, "flooder"), Grace: time.Hour})
	stopped := start(t, rt, runtime.ProcessSpec{Command: command(t, "stubborn"), Grace: time.Hour})
	stopProcess(t, stopped.OSPID())
	var held []<-chan outcome
	for _, name := range []string{"one", "two"} {
		pool := startPool(t, rt, runtime.PoolSpec{Name: name, Command: command(t, "worker"), Size: 1, Grace: time.Hour})
		g := newGate(t)
		held = append(held, submit(within(t, limit), pool, actors.Task{Payload: []byte("hold-on " + g.path)}))
		g.reached(t)
		held = append(held, submit(within(t, limit), pool, actors.Task{Payload: []byte("waits")}))
		queued(t, pool, 1)
	}

	err := shutdown(t, rt, 1500*time.Millisecond)
	noChildren(t)

	var all *multierror.Error
	require.ErrorAs(t, err, &all)
	assert.Len(t, all.Errors, 2, "%v", err)
	assert.ErrorContains(t, err, "drain one: 1 tasks queued, 1 held by workers")
	assert.ErrorContains(t, err, "drain two: 1 tasks queued, 1 held by workers")
	for i, answer := range held {
		o := receive(t, answer)
		if i%2 == 0 {
			var exited *actors.WorkerExitedError
			require.ErrorAs(t, o.err, &exited)
			assert.True(t, exited.MayHaveRun)
			continue
		}
		assert.ErrorIs(t, o.err, actors.ErrStopping)
		assert.Zero(t, o.Attempts)
	}
}

func TestShutdownTwice(t *testing.T) {
	rt := newRuntime(t, runtime.Options{})
	startPool(t, rt, runtime.PoolSpec{Command: command(t, "worker"), Size: 2})
	var all sync.WaitGroup
	for range 5 {
		all.Go(func() { assert.NoError(t, rt.Shutdown(within(t, limit))) })
	}
	all.Wait()
	<-rt.Done()
	assert.NoError(t, rt.Shutdown(within(t, limit)))
}

func TestKillSparesNoGrace(t *testing.T) {
	rt := newRuntime(t, runtime.Options{})
	var out screen
	start(t, rt, runtime.ProcessSpec{Command: command(t, "stubborn"), Grace: time.Hour, Output: out.print})
	out.shows(t, "ready")
	down := make(chan error, 1)
	go func() { down <- rt.Shutdown(within(t, limit)) }()
	<-rt.Stopping()
	killed := make(chan error, 1)
	go func() { killed <- rt.Kill() }()
	assert.NoError(t, receive(t, killed))
	assert.NoError(t, receive(t, down))
}

func TestNothingIsAcceptedAfterShutdown(t *testing.T) {
	rt := newRuntime(t, runtime.Options{})
	pool := startPool(t, rt, runtime.PoolSpec{Command: command(t, "worker"), Size: 1})
	require.NoError(t, rt.Shutdown(within(t, limit)))
	attempts := map[string]func(context.Context) error{
		"Run": func(ctx context.Context) error {
			_, err := rt.Run(ctx, runtime.RunSpec{Command: command(t, "ok")})
			return err
		},
		"Start": func(ctx context.Context) error {
			_, err := rt.Start(ctx, runtime.ProcessSpec{Command: command(t, "ok")})
			return err
		},
		"StartPool": func(ctx context.Context) error {
			_, err := rt.StartPool(ctx, runtime.PoolSpec{Command: command(t, "worker")})
			return err
		},
		"Submit": func(ctx context.Context) error {
			_, err := pool.Submit(ctx, actors.Task{})
			return err
		},
		"Spawn": func(context.Context) error {
			_, err := rt.Spawn("late", actor.PropsFromFunc(func(actor.Context) {}))
			return err
		},
	}
	for name, attempt := range attempts {
		refused := make(chan error, 1)
		go func() { refused <- attempt(within(t, limit)) }()
		err := receive(t, refused)
		assert.True(t, errors.Is(err, actors.ErrStopping), "%s: %v", name, err)
	}
	assert.Equal(t, runtime.PoolStats{}, pool.Stats())
}

// TestShutdownSaysWhatMayHaveRun: a task waits to be repeated.
func TestShutdownSaysWhatMayHaveRun(t *testing.T) {
	rt := newRuntime(t, runtime.Options{})
	pool := startPool(t, rt, runtime.PoolSpec{
		Command: command(t, "worker"), Size: 1, Backoff: runtime.Backoff{Min: time.Hour},
	})
	began := submit(within(t, limit), pool, actors.Task{Payload: []byte("die"), Repeatable: true})
	queued(t, pool, 1)
	require.Eventually(t, func() bool { return !pool.Stats().Workers[0].Ready }, limit, soon)
	waits := submit(within(t, limit), pool, actors.Task{Repeatable: true})
	queued(t, pool, 2)
	assert.ErrorContains(t, rt.Shutdown(within(t, 200*time.Millisecond)), "2 tasks queued")

	o := receive(t, began)
	var exited *actors.WorkerExitedError
	require.ErrorAs(t, o.err, &exited)
	assert.True(t, exited.MayHaveRun)
	assert.Equal(t, 7, exited.Exit.Code)
	o = receive(t, waits)
	assert.ErrorIs(t, o.err, actors.ErrStopping)
	assert.Zero(t, o.Attempts)
}

// Whatever is stopped is told so while it is there: a program that follows dead
// letters sees none.
func TestShutdownAsksNobodyWhoHasEnded(t *testing.T) {
	var mu sync.Mutex
	var dead []any
	t.Cleanup(func() { // behind the end of the runtime and of its goroutines
		mu.Lock()
		defer mu.Unlock()
		assert.Empty(t, dead)
	})
	rt := newRuntime(t, runtime.Options{})
	rt.System().EventStream.Subscribe(func(event any) {
		if letter, ok := event.(*actor.DeadLetterEvent); ok {
			mu.Lock()
			defer mu.Unlock()
			dead = append(dead, letter.Message)
		}
	})
	pool := startPool(t, rt, runtime.PoolSpec{Command: command(t, "worker"), Size: 1})
	start(t, rt, runtime.ProcessSpec{Command: command(t, "worker"), Protocol: runtime.Wire{}})
	startRouter(t, rt, runtime.RouterSpec{Members: []runtime.Member{pool}})
}
