package tests

import (
	"errors"
	"fmt"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"brood/actors"
	"brood/runtime"
)

// TestRouterPolicies is what each policy does with real children.
func TestRouterPolicies(t *testing.T) {
	rt := newRuntime(t, runtime.Options{}) // one for all: its end takes a second
	for _, test := range []struct {
		name string
		test func(*testing.T, *runtime.Runtime)
	}{
		{"a key stays at its process", routerKeepsKeys},
		{"broadcast", routerBroadcasts},
		{"quorum with one dead", routerGathersAQuorumWithOneDead},
		{"first answer", routerTakesTheFirst},
		{"hedge", routerHedges},
	} {
		t.Run(test.name, func(t *testing.T) { test.test(t, rt) })
	}
}

func routerKeepsKeys(t *testing.T, rt *runtime.Runtime) {
	all, members := processes(t, rt, 3)
	r := startRouter(t, rt, runtime.RouterSpec{Members: members, Policy: runtime.ConsistentHash{}})
	home := func(key string) int {
		result, err := r.Submit(within(t, limit), actors.Task{Key: key})
		require.NoError(t, err)
		return result.Worker
	}
	homes, seen := map[string]int{}, map[int]bool{}
	for i := range 30 {
		key := fmt.Sprint(i)
		homes[key] = home(key)
		seen[homes[key]] = true
	}
	assert.Len(t, seen, 3)
	leaver := all[1].OSPID()
	r.Remove(all[1])
	for key, before := range homes {
		now := home(key)
		if before == leaver {
			assert.NotEqual(t, before, now)
		} else {
			assert.Equal(t, before, now)
		}
	}
}

func routerBroadcasts(t *testing.T, rt *runtime.Runtime) {
	_, members := pools(t, rt, 3, runtime.PoolSpec{Size: 1})
	r := startRouter(t, rt, runtime.RouterSpec{Members: members, Policy: runtime.Broadcast{}})
	result, err := r.Submit(within(t, limit), actors.Task{Payload: []byte("all")})
	require.NoError(t, err)
	require.NotNil(t, result.Gathered)
	workers := map[int]bool{}
	for _, a := range result.Gathered.Answers {
		assert.Equal(t, "all", string(a.Result.Payload))
		workers[a.Result.Worker] = true
	}
	assert.Len(t, workers, 3)

	result, err = r.Submit(within(t, limit), actors.Task{Payload: []byte("fail no cheese")})
	var quorum *actors.QuorumError
	require.ErrorAs(t, err, &quorum)
	assert.Len(t, quorum.Errs, 3)
	assert.ErrorIs(t, err, actors.ErrTaskFailed)
	assert.Len(t, result.Gathered.Answers, 3)
}

func routerGathersAQuorumWithOneDead(t *testing.T, rt *runtime.Runtime) {
	for name, test := range map[string]struct {
		need runtime.Need
		want error
	}{
		"two of three": {runtime.Quorum(2), nil},
		"all of three": {runtime.All, actors.ErrNoQuorum},
	} {
		t.Run(name, func(t *testing.T) {
			all, members := processes(t, rt, 3)
			r := startRouter(t, rt, runtime.RouterSpec{Members: members, Policy: runtime.Scatter{Need: test.need}})
			g := newGate(t)
			answer := through(within(t, limit), r, actors.Task{Payload: []byte("hold " + g.path)})
			g.reached(t)
			for _, p := range all { // one that came later would not be let go
				g.reachedBy(t, p.OSPID())
			}
			kill(all[1].OSPID(), syscall.SIGKILL)
			require.Eventually(t, func() bool { return all[1].Exit().Signal == syscall.SIGKILL }, limit, soon)
			g.open()
			o := receive(t, answer)
			assert.ErrorIs(t, o.err, test.want)
			assert.ErrorIs(t, o.Gathered.Answers[1].Result.Err, actors.ErrWorkerExited)
			if test.want == nil {
				assert.Equal(t, 2, o.Gathered.Succeeded)
			}
		})
	}
}

func routerTakesTheFirst(t *testing.T, rt *runtime.Runtime) {
	_, members := pools(t, rt, 2, runtime.PoolSpec{Size: 1, CancelGrace: limit})
	frozen := members[0].(*runtime.Pool)
	pid := allReady(t, frozen, 1)[0]
	kill(pid, syscall.SIGSTOP)
	defer kill(pid, syscall.SIGCONT)
	r := startRouter(t, rt, runtime.RouterSpec{Members: members, Policy: runtime.Scatter{Need: runtime.First}})
	for range 3 {
		result, err := r.Submit(within(t, limit), actors.Task{Payload: []byte("quick")})
		require.NoError(t, err)
		assert.Equal(t, 1, result.Gathered.Succeeded)
		assert.ErrorIs(t, result.Gathered.Answers[0].Result.Err, actors.ErrCancelled)
	}
	require.Eventually(t, func() bool { return frozen.Stats().Queued == 0 }, limit, soon, "nothing of them waits there")
}

func routerHedges(t *testing.T, rt *runtime.Runtime) {
	_, members := pools(t, rt, 2, runtime.PoolSpec{Size: 1, CancelGrace: limit})
	frozen := allReady(t, members[0].(*runtime.Pool), 1)[0]
	kill(frozen, syscall.SIGSTOP)
	defer kill(frozen, syscall.SIGCONT)
	hedging := startRouter(t, rt, runtime.RouterSpec{Members: members,
		Policy: runtime.Hedge{By: runtime.RoundRobin{}, After: 5 * time.Millisecond}})
	for i := range 6 {
		result, err := hedging.Submit(within(t, limit), actors.Task{Payload: []byte("a"), Repeatable: true})
		require.NoError(t, err, "task %d", i)
		assert.NotEqual(t, frozen, result.Worker)
	}
	stats := hedging.Stats()
	assert.GreaterOrEqual(t, stats.HedgesWon, uint64(3), "every other task went to the frozen one first")

	// Without a second try, or for a task that must not be repeated, it waits.
	plain := startRouter(t, rt, runtime.RouterSpec{Members: members[:1]})
	for _, r := range []*runtime.Router{plain, hedging} {
		late := 0
		for range 2 {
			_, err := r.Submit(within(t, limit), actors.Task{Payload: []byte("a"), Timeout: 100 * time.Millisecond})
			if errors.Is(err, actors.ErrTaskTimeout) {
				late++
			}
		}
		assert.NotZero(t, late, "negative control")
	}
}
