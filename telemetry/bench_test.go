package telemetry_test

import (
	"fmt"
	"math"
	"testing"

	sdk "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/trace"
	"go.opentelemetry.io/otel/trace/noop"

	"brood/telemetry"
)

// hop is what the hot path does for one hop.
func hop(r *telemetry.Recorder, cause trace.SpanContext, n int) trace.SpanContext {
	span := r.Start(cause, telemetry.HopExchange, "worker",
		telemetry.Pool("files"), telemetry.TaskID(uint64(n)), telemetry.Attempt(1))
	sc := span.Context()
	span.End(nil)
	return sc
}

func BenchmarkHop(b *testing.B) {
	never := sdk.NewTracerProvider(sdk.WithSampler(sdk.NeverSample()))
	// Without a processor the cost is the span's own.
	always := sdk.NewTracerProvider(sdk.WithSampler(sdk.AlwaysSample()))
	for _, bb := range []struct {
		name  string
		r     *telemetry.Recorder
		cause trace.SpanContext
	}{
		{"off", telemetry.New(noop.NewTracerProvider(), 0), trace.SpanContext{}},
		{"off with cause", telemetry.New(noop.NewTracerProvider(), 0), remote(trace.FlagsSampled)},
		{"unsampled cause", telemetry.New(always, 0), remote(0)},
		{"unsampled root", telemetry.New(never, 0), trace.SpanContext{}},
		{"recorded", telemetry.New(always, 0), remote(trace.FlagsSampled)},
	} {
		b.Run(bb.name, func(b *testing.B) {
			b.ReportAllocs()
			n := 0
			for b.Loop() {
				n++
				hop(bb.r, bb.cause, n)
			}
		})
	}
}

// BenchmarkRoot is what a task costs that is not sampled: because the SDK turns down
// the span that its trace begins with, or because it was not picked before.
func BenchmarkRoot(b *testing.B) {
	never := sdk.NewTracerProvider(sdk.WithSampler(sdk.NeverSample()))
	for _, oneIn := range []int{1, math.MaxInt} {
		b.Run(fmt.Sprintf("one-in=%d", oneIn), func(b *testing.B) {
			r := telemetry.New(never, oneIn)
			b.ReportAllocs()
			for b.Loop() {
				span := r.Start(r.Root(trace.SpanContext{}), telemetry.HopSubmit, "files")
				span.End(nil)
			}
		})
	}
}

// BenchmarkOff is the hop of a Recorder that is off, for callers that give no
// attributes or guard them.
func BenchmarkOff(b *testing.B) {
	r := telemetry.New(noop.NewTracerProvider(), 0)
	cause := remote(trace.FlagsSampled)
	b.ReportAllocs()
	for b.Loop() {
		span := r.Start(cause, telemetry.HopExchange, "worker")
		if span.Recording() {
			span.SetAttributes(telemetry.Pool("files"), telemetry.Attempt(1))
		}
		span.End(nil)
	}
}
