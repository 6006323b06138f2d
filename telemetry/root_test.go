package telemetry_test

import (
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	sdk "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/trace"
	"go.opentelemetry.io/otel/trace/noop"

	"brood/telemetry"
)

func TestRootLeavesToTheSamplerWhatItMay(t *testing.T) {
	tp := sdk.NewTracerProvider()
	none := trace.SpanContext{}
	for name, r := range map[string]*telemetry.Recorder{
		"off": nil, "no SDK": telemetry.New(noop.NewTracerProvider(), math.MaxInt),
		"all, by default": telemetry.New(tp, 0), "all": telemetry.New(tp, 1),
	} {
		assert.Equal(t, none, r.Root(none), name)
	}
	few := telemetry.New(tp, math.MaxInt)
	for _, cause := range []trace.SpanContext{remote(0), remote(trace.FlagsSampled)} {
		assert.Equal(t, cause, few.Root(cause))
	}
}

func TestRootTurnsDownTheRest(t *testing.T) {
	r, exporter := recording(t, 4)
	begun, ids := 0, map[trace.TraceID]bool{}
	const all = 10_000
	for range all {
		cause := r.Root(trace.SpanContext{})
		r.Start(cause, telemetry.HopSubmit, "files").End(nil)
		if !cause.IsValid() {
			begun++
			continue
		}
		assert.False(t, cause.IsSampled())
		ids[cause.TraceID()] = true
	}
	assert.InDelta(t, all/4, begun, 400, "nine standard deviations")
	assert.Len(t, exporter.GetSpans(), begun)
	assert.Len(t, ids, all-begun)
}
