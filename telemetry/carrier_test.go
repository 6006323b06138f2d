package telemetry_test

import (
	"context"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/otel/trace"

	"brood/telemetry"
)

// lookup returns os.Getenv for env.
func lookup(env map[string]string) func(string) string {
	return func(key string) string { return env[key] }
}

func TestEnvironRoundTrip(t *testing.T) {
	state, err := trace.ParseTraceState("vendor=value,other=1")
	require.NoError(t, err)
	for name, sc := range map[string]trace.SpanContext{
		"sampled":     remote(trace.FlagsSampled),
		"not sampled": remote(0),
		"with state":  remote(trace.FlagsSampled).WithTraceState(state),
	} {
		assert.Equal(t, sc, telemetry.FromEnviron(lookup(telemetry.Environ(sc.WithRemote(false)))), name)
	}
}

func TestEnvironNames(t *testing.T) {
	state, err := trace.ParseTraceState("vendor=value")
	require.NoError(t, err)
	const parent = "00-01020300000000000000000000000000-0405000000000000-01"
	assert.Equal(t, map[string]string{"TRACEPARENT": parent}, telemetry.Environ(remote(trace.FlagsSampled)))
	assert.Equal(t, map[string]string{"TRACEPARENT": parent, "TRACESTATE": "vendor=value"},
		telemetry.Environ(remote(trace.FlagsSampled).WithTraceState(state)))
	assert.Equal(t, map[string]string{}, telemetry.Environ(trace.SpanContext{}))
}

func TestFromEnvironIgnoresWhatIsMalformed(t *testing.T) {
	for _, parent := range []string{
		"", "garbage", "00-0-0-01", strings.Repeat("f", 1<<16),
		"00-00000000000000000000000000000000-0405000000000000-01",
		"ff-01020300000000000000000000000000-0405000000000000-01",
	} {
		sc := telemetry.FromEnviron(lookup(map[string]string{"TRACEPARENT": parent, "TRACESTATE": "a=b"}))
		assert.Equal(t, trace.SpanContext{}, sc, "%.60s", parent)
	}
	good := telemetry.Environ(remote(trace.FlagsSampled))
	good["TRACESTATE"] = "not a state"
	assert.Equal(t, remote(trace.FlagsSampled), telemetry.FromEnviron(lookup(good)), "a bad state does not harm the parent")
}

func TestContextCarriesTheSpan(t *testing.T) {
	r, exporter := recording(t, 0)
	handler := r.Start(trace.SpanContext{}, telemetry.HopMessage, "main.greet")
	ctx := telemetry.ContextWith(t.Context(), handler.Context())
	assert.Equal(t, handler.Context(), telemetry.FromContext(ctx))
	inner := r.Start(telemetry.FromContext(ctx), telemetry.HopRun, "git")
	inner.End(nil)
	handler.End(nil)
	spans := exporter.GetSpans()
	require.Len(t, spans, 2)
	assert.Equal(t, spans[1].SpanContext.SpanID(), spans[0].Parent.SpanID())

	type key struct{}
	outer := context.WithValue(t.Context(), key{}, 1)
	assert.Equal(t, outer, telemetry.ContextWith(outer, trace.SpanContext{}), "nothing to carry")
	assert.Equal(t, trace.SpanContext{}, telemetry.FromContext(outer))
}
