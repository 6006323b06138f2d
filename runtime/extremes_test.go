package runtime

import (
	"context"
	"fmt"
	"math"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/otel/trace"

	"brood/actors"
)

// What is too large is said, and nothing that was worked out from it.
func TestPoolOfTooManyWorkers(t *testing.T) {
	rt := fresh(t, Options{})
	for fault, spec := range map[string]PoolSpec{
		"pool: Size is %d, want at most 65536":      {Size: math.MaxInt},
		"pool: Scale.Max is %d, want at most 65536": {Scale: Scale{Min: 1, Max: math.MaxInt}},
	} {
		spec.Command = Worker("echo")
		_, err := newPool(rt, spec).check(trace.SpanContext{})
		assert.EqualError(t, err, "runtime: start "+spec.Command.Name()+": "+fmt.Sprintf(fault, math.MaxInt))
	}
}

// A number that nobody has any more is nobody's.
func TestWorkerThatHasGone(t *testing.T) {
	rt := fresh(t, Options{})
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	pool, err := rt.StartPool(ctx, PoolSpec{Command: Worker("echo"), Size: 2})
	require.NoError(t, err)
	require.NoError(t, pool.Resize(ctx, 1))
	left := pool.Stats().Workers[0].Number
	assert.ErrorIs(t, pool.Kill(1-left), ErrNoWorker)
	assert.ErrorIs(t, pool.Recycle(ctx, 1-left), ErrNoWorker)
	require.NoError(t, pool.Kill(left))
	_, err = pool.Submit(ctx, actors.Task{Payload: []byte("x"), Repeatable: true})
	assert.NoError(t, err, "it is restarted")
	require.NoError(t, pool.Stop(ctx))
	assert.ErrorIs(t, pool.Kill(left), actors.ErrNotRunning)
}
