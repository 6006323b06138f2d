package worker

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/codes"
	sdk "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"
	"go.opentelemetry.io/otel/trace"
	"go.opentelemetry.io/otel/trace/noop"

	"brood/actors/protocol"
)

func spanContext(flags trace.TraceFlags) trace.SpanContext {
	return trace.NewSpanContext(trace.SpanContextConfig{
		TraceID: trace.TraceID{1, 2, 3}, SpanID: trace.SpanID{4, 5}, TraceFlags: flags, Remote: true,
	})
}

func traced(id uint64, payload string, flags trace.TraceFlags) protocol.Message {
	m := task(id, payload)
	m.Trace = spanContext(flags)
	return m
}

// configure sets the program's SDK until the test ends.
func configure(t *testing.T) *tracetest.InMemoryExporter {
	exporter := tracetest.NewInMemoryExporter()
	otel.SetTracerProvider(sdk.NewTracerProvider(sdk.WithSyncer(exporter)))
	t.Cleanup(func() { otel.SetTracerProvider(noop.NewTracerProvider()) })
	return exporter
}

// Without an SDK in the child the parent records its handling from its times.
func TestSampledTaskIsTimed(t *testing.T) {
	seen := make(chan trace.SpanContext, 1) // handed over by the one task
	p := serve(t, func(ctx context.Context, payload []byte) ([]byte, error) {
		seen <- trace.SpanContextFromContext(ctx)
		return payload, nil
	})
	p.hello()
	before := time.Now().UnixNano()
	p.send(traced(1, "x", trace.FlagsSampled))
	answer := p.next()
	after := time.Now().UnixNano()
	assert.Equal(t, spanContext(trace.FlagsSampled), receive(t, seen))
	assert.True(t, before <= answer.Began && answer.Began <= answer.Ended && answer.Ended <= after,
		"%d %d %d %d", before, answer.Began, answer.Ended, after)
	answer.Began, answer.Ended = 0, 0
	assert.Equal(t, result(1, "x"), answer)
}

func TestTaskThatIsNotSampledIsNotTimed(t *testing.T) {
	p := serve(t, echo)
	p.hello()
	p.send(traced(1, "x", 0), task(2, "y"))
	assert.Equal(t, result(1, "x"), p.next())
	assert.Equal(t, result(2, "y"), p.next())
}

func TestWorkerWithAnSDKRecordsItsHandling(t *testing.T) {
	exporter := configure(t)
	seen := make(chan trace.SpanContext, 2) // one of each task
	p := serve(t, func(ctx context.Context, payload []byte) ([]byte, error) {
		seen <- trace.SpanContextFromContext(ctx)
		if string(payload) == "bad" {
			return nil, errors.New("bad luck")
		}
		return payload, nil
	})
	p.hello()
	p.send(traced(1, "good", trace.FlagsSampled), traced(2, "bad", trace.FlagsSampled))
	assert.Equal(t, result(1, "good"), p.next(), "no times: the parent would record it a second time")
	assert.Equal(t, failure(2, "bad luck"), p.next())
	spans := exporter.GetSpans()
	require.Len(t, spans, 2)
	for i, want := range []sdk.Status{{}, {Code: codes.Error, Description: "bad luck"}} {
		span := spans[i]
		assert.Equal(t, "handle hash", span.Name)
		assert.Equal(t, spanContext(trace.FlagsSampled), span.Parent)
		assert.Equal(t, want, span.Status)
		assert.Equal(t, span.SpanContext, receive(t, seen), "what the handler starts belongs to its span")
	}
}

func TestWorkerWithAnSDKFollowsTheSamplingOfTheTask(t *testing.T) {
	exporter := configure(t)
	seen := make(chan trace.SpanContext, 1) // handed over by the one task
	p := serve(t, func(ctx context.Context, payload []byte) ([]byte, error) {
		seen <- trace.SpanContextFromContext(ctx)
		return payload, nil
	})
	p.hello()
	p.send(traced(1, "x", 0))
	assert.Equal(t, result(1, "x"), p.next())
	assert.Empty(t, exporter.GetSpans())
	assert.Equal(t, spanContext(0), receive(t, seen))
}

func TestSpansAreNamedAfterTheWorker(t *testing.T) {
	t.Setenv(EnvName, "hash")
	assert.Equal(t, "hash", spanName())
	t.Setenv(EnvName, "")
	assert.Equal(t, "worker.test", spanName())
}
