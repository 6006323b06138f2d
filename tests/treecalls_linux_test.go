package tests

import (
	"context"
	"fmt"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"github.com/asynkron/protoactor-go/actor"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"brood/actors"
	"brood/runtime"
)

func TestCallsToATree(t *testing.T) {
	s := newScene(t)
	ctx := within(t, limit)
	sup := s.grow(runtime.Tree{Children: []runtime.Node{s.scribe("a"), {ID: "inner", Tree: &runtime.Tree{}}}})
	require.NoError(t, sup.Add(ctx, "inner", s.scribe("b")))
	assert.ErrorIs(t, sup.Add(ctx, "inner", s.scribe("b")), runtime.ErrAlreadyStarted)
	assert.ErrorIs(t, sup.StartChild(ctx, "inner/b"), runtime.ErrRunning)
	assert.ErrorIs(t, sup.Remove(ctx, "inner/b"), runtime.ErrRunning)
	assert.ErrorIs(t, sup.StopChild(ctx, "inner/c"), runtime.ErrNotFound)
	assert.ErrorIs(t, sup.StopChild(ctx, "nowhere/c"), runtime.ErrNotFound)
	b := sup.Process("inner/b")
	require.NoError(t, b.Stop(ctx))
	require.NoError(t, sup.StopChild(ctx, "inner/b"), "again")
	exit, err := b.Wait(ctx)
	require.NoError(t, err)
	assert.Equal(t, actors.ReasonStopped, exit.Reason)
	assert.Equal(t, runtime.StateStopped, s.state(sup, "inner", "b"))
	assert.ErrorIs(t, sup.Add(ctx, "inner", s.scribe("b")), runtime.ErrAlreadyPresent)
	require.NoError(t, sup.StartChild(ctx, "inner/b"))
	assert.NotZero(t, b.OSPID(), "the handle is good again")
	require.NoError(t, sup.StopChild(ctx, "inner/b"))
	require.NoError(t, sup.Remove(ctx, "inner/b"))
	assert.Nil(t, sup.Process("inner/b"))
	broken := runtime.Node{ID: "broken", Process: &runtime.ProcessSpec{Command: runtime.Command{Path: "/no/such"}}}
	var failed *runtime.StartFailedError
	assert.ErrorAs(t, sup.Add(ctx, "", broken), &failed)
	half := runtime.Tree{Children: []runtime.Node{
		{ID: "p", Pool: &runtime.PoolSpec{Command: command(t, "worker")}}, {ID: "none"},
	}}
	assert.Error(t, sup.Add(ctx, "", runtime.Node{ID: "half", Tree: &half}))
	assert.Nil(t, sup.Pool("half/p"), "of a tree with faults nothing is left")
	assert.ErrorContains(t, sup.Add(ctx, "", runtime.Node{ID: "none"}), "0 of Process, Pool, Actor and Tree are set")
	children, err := sup.List(ctx, "")
	require.NoError(t, err)
	assert.Len(t, children, 2)
	s.noted("+a", "+b", "-b", "+b", "-b")
}

// Case 45: a command that cannot be started, restarted without any pause.
func TestCase45CallsAreAnsweredWhileARestartLoopFails(t *testing.T) {
	s := newScene(t)
	broken := runtime.Node{ID: "broken", Patient: true, Process: &runtime.ProcessSpec{Command: runtime.Command{Path: "/no/such"}}}
	tree := runtime.Tree{
		Intensity: 1_000_000, Period: time.Hour, Backoff: runtime.Backoff{Min: -1}, Parallel: 2,
		Children: []runtime.Node{broken},
	}
	up := make(chan error, 1)
	ctx, cancel := context.WithCancel(within(t, limit))
	go func() { _, err := s.rt.Supervise(ctx, tree); up <- err }()
	cancel()
	assert.ErrorIs(t, receive(t, up), context.Canceled)
	require.NoError(t, s.rt.Shutdown(within(t, limit)))
}

func TestPoolInATreeIsStartedAgain(t *testing.T) {
	s := newScene(t)
	sup := s.grow(runtime.Tree{Children: []runtime.Node{{ID: "p", Pool: &runtime.PoolSpec{
		Command: command(t, "worker"), Size: 2, Period: time.Hour,
	}}}})
	pool := sup.Pool("p")
	_, err := pool.Submit(within(t, limit), actors.Task{Payload: []byte("x")})
	require.NoError(t, err)
	for _, pid := range allReady(t, pool, 2) {
		require.NoError(t, syscall.Kill(pid, syscall.SIGKILL)) // one more than the pool bears
	}
	require.Eventually(t, func() bool {
		_, err = pool.Submit(within(t, limit), actors.Task{Payload: []byte("x")})
		return err == nil
	}, limit, soon)
	require.NoError(t, sup.Stop(within(t, limit)))
	_, err = pool.Submit(within(t, limit), actors.Task{Payload: []byte("x")})
	assert.ErrorIs(t, err, actors.ErrStopping)
}

func TestActorInATreeIsRestartedAfterAPanic(t *testing.T) {
	s := newScene(t)
	began := make(chan *actor.PID, 2) // one for each start
	sup := s.grow(runtime.Tree{Children: []runtime.Node{{ID: "mine", Actor: actor.PropsFromFunc(func(ctx actor.Context) {
		switch ctx.Message().(type) {
		case *actor.Started:
			began <- ctx.Self()
		case string:
			panic("boom")
		}
	})}}})
	first := receive(t, began)
	s.rt.System().Root.Send(first, "go")
	assert.Equal(t, first.Id, receive(t, began).Id)
	require.NoError(t, sup.StopChild(within(t, limit), "mine"))
	assert.Equal(t, runtime.StateStopped, s.state(sup, "", "mine"))
}

func TestDynamicTree(t *testing.T) {
	s := newScene(t)
	sup := s.grow(runtime.Tree{
		Strategy: runtime.Dynamic, Intensity: 5,
		Template: func(id string, argument any) runtime.Node { return s.scribe(fmt.Sprint(argument)) },
	})
	ctx := within(t, limit)
	for i := range 3 {
		require.NoError(t, sup.AddDynamic(ctx, "", fmt.Sprintf("c%d", i), i))
	}
	s.noted("+0", "+1", "+2")
	s.crash(sup, "c1")
	s.noted("+0", "+1", "+2", "+1")
	require.NoError(t, sup.StopChild(ctx, "c2"))
	children, err := sup.List(ctx, "")
	require.NoError(t, err)
	assert.Len(t, children, 2, "who has ended is forgotten")
	assert.ErrorIs(t, sup.StartChild(ctx, "c0"), runtime.ErrDynamic)
	require.NoError(t, sup.Stop(ctx))
	assert.ElementsMatch(t, []string{"+0", "+1", "+2", "+1", "-2", "-0", "-1"}, lines(t, s.log))
}

func TestCodesThatDecide(t *testing.T) {
	s := newScene(t)
	leaves := func(id, code string, node runtime.Node) runtime.Node {
		node.ID, node.Process = id, &runtime.ProcessSpec{Command: command(t, "leaves", code)}
		return node
	}
	sup := s.grow(runtime.Tree{Parallel: 9, Intensity: 50, Children: []runtime.Node{
		leaves("fine", "7", runtime.Node{Restart: runtime.Transient, SuccessCodes: []int{7}}),
		leaves("final", "8", runtime.Node{FinalCodes: []int{8}}),
	}})
	for _, id := range []string{"fine", "final"} {
		exit, err := sup.Process(id).Wait(within(t, limit))
		require.NoError(t, err)
		assert.NotZero(t, exit.Code)
		assert.Zero(t, sup.Process(id).Restarts())
		assert.Equal(t, runtime.StateStopped, s.state(sup, "", id))
	}
	short := leaves("short", "0", runtime.Node{Restart: runtime.Transient, MinUptime: time.Hour})
	var failed *runtime.StartFailedError
	require.ErrorAs(t, sup.Add(within(t, limit), "", short), &failed)
	assert.Zero(t, failed.Exit.Code, "success, but too soon")
}

func TestTooManyRestartsAndRest(t *testing.T) {
	s := newScene(t)
	sup := s.grow(runtime.Tree{Period: time.Hour, Rest: time.Hour, Children: s.scribes("a", "b")})
	s.crash(sup, "a")
	require.Eventually(t, func() bool { return s.state(sup, "", "a") == runtime.StateOpen }, limit, soon)
	children, err := sup.List(within(t, limit), "")
	require.NoError(t, err)
	assert.InDelta(t, time.Hour, time.Until(children[0].NextTry), float64(time.Minute))
	assert.Equal(t, runtime.StateRunning, children[1].State)
	require.NoError(t, sup.Reset(within(t, limit), "a"))
	s.noted("+a", "+b", "+a")
}

func TestAllFaultsOfATree(t *testing.T) {
	s := newScene(t)
	_, err := s.rt.Supervise(within(t, limit), runtime.Tree{Name: "bad", Strategy: 9, Children: []runtime.Node{
		{ID: "x"},
		{ID: "p", Process: &runtime.ProcessSpec{Restart: runtime.Temporary}},
		{ID: "q", Pool: &runtime.PoolSpec{Size: -1}},
		{ID: "t", Tree: &runtime.Tree{Children: []runtime.Node{{ID: "u", Significant: true}, {ID: "v", After: []string{"w"}}}}},
	}})
	for _, fault := range []string{
		"x: 0 of Process, Pool, Actor and Tree are set", "p: Process has a Restart", "Command.Path is empty",
		"q: ", "Size is -1", "t/u: 0 of", "unknown Strategy 9", "Significant, but permanent", `After names "w"`,
	} {
		assert.ErrorContains(t, err, fault)
	}
}

func TestStartsPerSecond(t *testing.T) {
	rt := newRuntime(t, runtime.Options{StartsPerSecond: 20})
	s := &scene{t, rt, filepath.Join(t.TempDir(), "log")}
	began := time.Now()
	ids := make([]string, 30)
	for i := range ids {
		ids[i] = fmt.Sprint(i)
	}
	s.grow(runtime.Tree{Parallel: 30, Children: s.scribes(ids...)})
	assert.GreaterOrEqual(t, time.Since(began), 450*time.Millisecond, "twenty at once, then one in 50 ms")
	_, err := runtime.New(runtime.Options{StartsPerSecond: -1})
	assert.ErrorContains(t, err, "StartsPerSecond is -1")
}
