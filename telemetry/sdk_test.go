package telemetry_test

import (
	"testing"

	sdk "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"
	"go.opentelemetry.io/otel/trace"

	"brood/telemetry"
)

// recording returns a Recorder with an SDK behind it and the exporter that
// gets its spans as soon as they end. One root in oneIn begins a trace.
func recording(t testing.TB, oneIn int, opts ...sdk.TracerProviderOption) (*telemetry.Recorder, *tracetest.InMemoryExporter) {
	t.Helper()
	exporter := tracetest.NewInMemoryExporter()
	tp := sdk.NewTracerProvider(append(opts, sdk.WithSyncer(exporter))...)
	t.Cleanup(func() { _ = tp.Shutdown(t.Context()) })
	return telemetry.New(tp, oneIn), exporter
}

// remote returns a span context as it comes from elsewhere.
func remote(flags trace.TraceFlags) trace.SpanContext {
	return trace.NewSpanContext(trace.SpanContextConfig{
		TraceID: trace.TraceID{1, 2, 3}, SpanID: trace.SpanID{4, 5}, TraceFlags: flags, Remote: true,
	})
}

// attributes returns a span's attributes by name.
func attributes(span tracetest.SpanStub) map[string]any {
	all := map[string]any{}
	for _, kv := range span.Attributes {
		all[string(kv.Key)] = kv.Value.AsInterface()
	}
	return all
}
