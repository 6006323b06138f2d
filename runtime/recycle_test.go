package runtime

import (
	"errors"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/otel/trace"

	"brood/actors/health"
	"brood/ptyio"
)

// What would never be due is refused, by the name of its field.
func TestRecycleByMemoryNeedsSamples(t *testing.T) {
	unsampled := errors.New("memory cannot be sampled")
	both := Recycle{MemoryBytes: 1, GrowthBytes: 1}
	assert.NoError(t, recycleFaults(both, nil))
	assert.NoError(t, recycleFaults(Recycle{AfterTasks: 1}, unsampled))
	err := recycleFaults(both, unsampled)
	assert.ErrorIs(t, err, unsampled)
	assert.ErrorContains(t, err, "pool: Recycle.MemoryBytes: memory cannot")
	assert.ErrorContains(t, err, "pool: Recycle.GrowthBytes: memory cannot")

	rt := fresh(t, Options{})
	_, err = newPool(rt, PoolSpec{Command: Worker("echo"), Recycle: both}).check(trace.SpanContext{})
	if can := health.CanSample(health.Memory); can == nil {
		require.NoError(t, err)
	} else {
		require.ErrorIs(t, err, ptyio.ErrUnsupported)
		require.ErrorContains(t, err, "Recycle.GrowthBytes")
	}
}
