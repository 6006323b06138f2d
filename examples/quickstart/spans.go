package main

import (
	"context"
	"strings"
	"sync"

	sdk "go.opentelemetry.io/otel/sdk/trace"
)

// spanCounts counts the spans that the runtime records, by name. A program of
// one's own would export them instead.
type spanCounts struct {
	provider *sdk.TracerProvider

	mu sync.Mutex
	n  map[string]int
}

var _ sdk.SpanProcessor = (*spanCounts)(nil)

func newSpanCounts() *spanCounts {
	s := &spanCounts{n: map[string]int{}}
	s.provider = sdk.NewTracerProvider(sdk.WithSpanProcessor(s))
	return s
}

// OnStart is of no interest.
func (s *spanCounts) OnStart(context.Context, sdk.ReadWriteSpan) {}

// OnEnd counts a span.
func (s *spanCounts) OnEnd(span sdk.ReadOnlySpan) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.n[strings.ToLower(span.Name())]++
}

// ForceFlush has nothing to flush.
func (s *spanCounts) ForceFlush(context.Context) error { return nil }

// Shutdown has nothing to release.
func (s *spanCounts) Shutdown(context.Context) error { return nil }

// end returns the counts.
func (s *spanCounts) end() map[string]int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.n
}
