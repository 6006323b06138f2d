package tests

import (
	"context"
	"slices"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"brood/actors"
	"brood/runtime"
)

// traffic submits tasks one after the other from several goroutines until it is
// stopped, and counts those that were not answered as they should.
type traffic struct {
	stop  context.CancelFunc
	all   sync.WaitGroup
	done  atomic.Int64
	wrong atomic.Int64
	fault atomic.Pointer[error]
}

func send(t *testing.T, pool *runtime.Pool, callers int) *traffic {
	ctx, stop := context.WithCancel(within(t, limit))
	tr := &traffic{stop: stop}
	for range callers {
		tr.all.Go(func() {
			for ctx.Err() == nil {
				r, err := pool.Submit(within(t, limit), actors.Task{Payload: []byte("x")})
				if err != nil || string(r.Payload) != "x" || r.Attempts != 1 {
					tr.wrong.Add(1)
					tr.fault.Store(&err)
				}
				tr.done.Add(1)
			}
		})
	}
	t.Cleanup(func() { stop(); tr.all.Wait() })
	return tr
}

// moves waits until so many more tasks were answered.
func (tr *traffic) moves(t *testing.T, n int64) {
	t.Helper()
	goal := tr.done.Load() + n
	require.Eventually(t, func() bool { return tr.done.Load() >= goal }, limit, soon)
}

// ended stops the traffic; every task must have been answered as it should.
func (tr *traffic) ended(t *testing.T) {
	t.Helper()
	tr.stop()
	tr.all.Wait()
	if fault := tr.fault.Load(); fault != nil {
		assert.NoError(t, *fault)
	}
	assert.Zero(t, tr.wrong.Load(), "of %d tasks", tr.done.Load())
}

// hold keeps so many workers busy until let is called, which waits for their answers.
func hold(t *testing.T, pool *runtime.Pool, workers int) (let func()) {
	t.Helper()
	var gates []*gate
	var held []<-chan outcome
	for range workers {
		g := newGate(t)
		held = append(held, submit(within(t, limit), pool, actors.Task{Payload: []byte("hold " + g.path)}))
		g.reached(t)
		gates = append(gates, g)
	}
	return func() {
		for i, g := range gates {
			g.open()
			require.NoError(t, receive(t, held[i]).err)
		}
	}
}

// gone waits until none of these workers is there.
func gone(t *testing.T, pool *runtime.Pool, pids []int) {
	t.Helper()
	require.Eventually(t, func() bool {
		return !slices.ContainsFunc(pidsOf(pool), func(pid int) bool { return slices.Contains(pids, pid) })
	}, limit, soon)
}

func pidsOf(pool *runtime.Pool) (pids []int) {
	for _, w := range pool.Stats().Workers {
		pids = append(pids, w.PID)
	}
	return pids
}

func disjoint(t *testing.T, a, b []int) {
	t.Helper()
	for _, pid := range a {
		assert.NotContains(t, b, pid)
	}
}
