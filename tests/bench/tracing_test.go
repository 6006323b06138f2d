package bench

import (
	"math"
	"testing"

	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/trace/noop"

	"brood/tests/load"
	"brood/tests/rival"
)

// BenchmarkTracing lets pools take turns that differ in how they are traced,
// and reports the speed of each and what is left of that of one whose owner
// configured nothing: with a provider that records nothing, with an SDK that samples
// no task, with one that is asked for none, and with one that is asked for one task in
// a hundred and samples those.
func BenchmarkTracing(b *testing.B) {
	const none = "none"
	unsampled := sdktrace.NewTracerProvider(sdktrace.WithSampler(sdktrace.TraceIDRatioBased(0)))
	sampled := sdktrace.NewTracerProvider() // exports nothing
	program := fastest(b)
	all := []contestant{
		{none, rival.Brood{Program: program, Prefetch: 64}.Start},
		{"noop", rival.Brood{Program: program, Prefetch: 64, Tracing: noop.NewTracerProvider()}.Start},
		{"unsampled", rival.Brood{Program: program, Prefetch: 64, Tracing: unsampled}.Start},
		{"unasked", rival.Brood{Program: program, Prefetch: 64, Tracing: sampled, TraceOneIn: math.MaxInt}.Start},
		{"one-in-100", rival.Brood{Program: program, Prefetch: 64, Tracing: sampled, TraceOneIn: 100}.Start},
	}
	for _, shape := range shapes[1:] {
		b.Run(shape.name, func(b *testing.B) {
			rates := takeTurns(b, all, 3*rounds*b.N, shape.callers)
			b.ReportMetric(0, "ns/op")
			for _, c := range all {
				b.ReportMetric(load.Median(rates[c.name]), c.name+"-tasks/s")
				if c.name != none {
					b.ReportMetric(load.Median(load.Quotients(rates[c.name], rates[none])), c.name+"/"+none)
				}
			}
		})
	}
}

// fastest returns the worker in C, or else the one in Go.
func fastest(tb testing.TB) rival.Program {
	program, err := compiled()
	if err != nil && err != rival.ErrNoCompiler {
		tb.Fatal(err)
	}
	return program
}
