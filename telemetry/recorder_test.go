package telemetry_test

import (
	"errors"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	sdk "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/trace"

	"brood/telemetry"
)

func TestEachHopHasItsNameKindAndAttributes(t *testing.T) {
	r, exporter := recording(t, 0)
	message := func(operation, kind, destination string) map[string]any {
		return map[string]any{
			"messaging.system": "brood", "messaging.operation.name": operation,
			"messaging.operation.type": kind, "messaging.destination.name": destination,
		}
	}
	executable := func(name string) map[string]any {
		return map[string]any{"process.executable.name": name}
	}
	for _, tt := range []struct {
		hop         telemetry.Hop
		destination string
		name        string
		kind        trace.SpanKind
		attributes  map[string]any
	}{
		{telemetry.HopSubmit, "files", "submit files", trace.SpanKindProducer, message("submit", "send", "files")},
		{telemetry.HopQueue, "files", "queue files", trace.SpanKindInternal, map[string]any{"messaging.destination.name": "files"}},
		{telemetry.HopExchange, "worker", "exchange worker", trace.SpanKindClient, map[string]any{"messaging.destination.name": "worker"}},
		{telemetry.HopHandle, "files", "handle files", trace.SpanKindConsumer, message("handle", "process", "files")},
		{telemetry.HopSpawn, "sh", "spawn sh", trace.SpanKindClient, executable("sh")},
		{telemetry.HopRun, "git", "run git", trace.SpanKindClient, executable("git")},
		{telemetry.HopMessage, "main.greet", "process main.greet", trace.SpanKindConsumer, message("process", "process", "main.greet")},
		{telemetry.HopRoute, "files", "route files", trace.SpanKindInternal, map[string]any{"messaging.destination.name": "files"}},
		{telemetry.HopQueue, "", "queue", trace.SpanKindInternal, map[string]any{}},
		{telemetry.HopRun, "b\xffd", "run b\uFFFDd", trace.SpanKindClient, executable("b\uFFFDd")},
		{telemetry.Hop(99), "x", "unknown x", trace.SpanKindInternal, map[string]any{}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			exporter.Reset()
			r.Start(trace.SpanContext{}, tt.hop, tt.destination).End(nil)
			spans := exporter.GetSpans()
			require.Len(t, spans, 1)
			assert.Equal(t, tt.name, spans[0].Name)
			assert.Equal(t, tt.kind, spans[0].SpanKind)
			assert.Equal(t, tt.attributes, attributes(spans[0]))
			assert.Equal(t, codes.Unset, spans[0].Status.Code)
			assert.Equal(t, "brood", spans[0].InstrumentationScope.Name)
		})
	}
}

func TestCallersAttributes(t *testing.T) {
	r, exporter := recording(t, 0)
	span := r.Start(trace.SpanContext{}, telemetry.HopRun, "worker",
		telemetry.Pool("files"), telemetry.TaskID(7), telemetry.Attempt(2), telemetry.Incarnation(3),
		telemetry.PID(4711), telemetry.Executable("other"), telemetry.MessageType("main.hello"))
	span.SetAttributes(telemetry.ExitCode(-1), telemetry.ExitReason("signalled"))
	span.End(nil)
	span.SetAttributes(telemetry.Pool("too late"))
	require.Len(t, exporter.GetSpans(), 1)
	assert.Equal(t, map[string]any{
		"brood.pool": "files", "brood.task.id": int64(7), "brood.task.attempt": int64(2),
		"brood.incarnation": int64(3), "process.pid": int64(4711),
		"process.executable.name": "other", // the caller's wins over the destination
		"brood.message.type":      "main.hello",
		"process.exit.code":       int64(-1), "brood.exit.reason": "signalled",
	}, attributes(exporter.GetSpans()[0]))
}

func TestOneTaskIsOneTrace(t *testing.T) {
	r, exporter := recording(t, 0)
	submit := r.Start(remote(trace.FlagsSampled), telemetry.HopSubmit, "files")
	queue := r.Start(submit.Context(), telemetry.HopQueue, "files")
	queue.End(nil)
	exchange := r.Start(submit.Context(), telemetry.HopExchange, "worker")
	start := time.Unix(1000, 5)
	r.Record(exchange.Context(), telemetry.HopHandle, "files", start, start.Add(time.Second), nil)
	exchange.End(nil)
	submit.End(nil)

	parents := map[string]trace.SpanID{}
	for _, span := range exporter.GetSpans() {
		assert.Equal(t, trace.TraceID{1, 2, 3}, span.SpanContext.TraceID(), span.Name)
		parents[span.Name] = span.Parent.SpanID()
		assert.Equal(t, span.Name == "submit files", span.Parent.IsRemote(), "%s: is the parent remote", span.Name)
	}
	assert.Equal(t, map[string]trace.SpanID{
		"submit files":    {4, 5},
		"queue files":     submit.Context().SpanID(),
		"exchange worker": submit.Context().SpanID(),
		"handle files":    exchange.Context().SpanID(),
	}, parents)
}

func TestNoCauseBeginsATrace(t *testing.T) {
	r, exporter := recording(t, 0)
	a := r.Start(trace.SpanContext{}, telemetry.HopSubmit, "x")
	b := r.Start(trace.SpanContext{}, telemetry.HopSubmit, "x")
	a.End(nil)
	b.End(nil)
	assert.False(t, a.Recording(), "ended")
	assert.True(t, a.Context().IsSampled())
	assert.NotEqual(t, a.Context().TraceID(), b.Context().TraceID())
	for _, span := range exporter.GetSpans() {
		assert.False(t, span.Parent.IsValid())
	}
}

func TestRecordKeepsItsTimes(t *testing.T) {
	r, exporter := recording(t, 0)
	start := time.Date(2001, 2, 3, 4, 5, 6, 7, time.UTC)
	failed := errors.New("failed")
	r.Record(trace.SpanContext{}, telemetry.HopHandle, "x", start, start.Add(time.Minute), failed, telemetry.Attempt(1))
	r.Record(trace.SpanContext{}, telemetry.HopHandle, "x", start, start.Add(-time.Minute), nil)
	spans := exporter.GetSpans()
	require.Len(t, spans, 2)
	assert.Equal(t, []time.Time{start, start.Add(time.Minute)}, []time.Time{spans[0].StartTime, spans[0].EndTime})
	assert.Equal(t, sdk.Status{Code: codes.Error, Description: "failed"}, spans[0].Status)
	assert.Equal(t, int64(1), attributes(spans[0])["brood.task.attempt"])
	assert.Equal(t, []time.Time{start, start}, []time.Time{spans[1].StartTime, spans[1].EndTime}, "a clock that was set back")
}

type kindError struct{}

func (kindError) Error() string     { return "kind" }
func (kindError) ErrorType() string { return "of a kind" }

func TestEndWithAnError(t *testing.T) {
	r, exporter := recording(t, 0)
	for _, tt := range []struct {
		err               error
		kind, description string
	}{
		{errors.New("plain"), "*errors.errorString", "plain"},
		{errors.Join(errors.New("a"), kindError{}), "of a kind", "a\nkind"},
		{errors.New("b\xffd"), "*errors.errorString", "b\uFFFDd"},
		{errors.New(strings.Repeat("x", 5000)), "*errors.errorString", strings.Repeat("x", 1024)},
	} {
		exporter.Reset()
		span := r.Start(trace.SpanContext{}, telemetry.HopRun, "x")
		span.End(tt.err)
		span.End(nil)
		spans := exporter.GetSpans()
		require.Len(t, spans, 1, "only the first End counts")
		assert.Equal(t, sdk.Status{Code: codes.Error, Description: tt.description}, spans[0].Status)
		assert.Equal(t, tt.kind, attributes(spans[0])["error.type"])
	}
	exporter.Reset()
	cut := r.Start(trace.SpanContext{}, telemetry.HopRun, "x")
	cut.End(errors.New(strings.Repeat("é", 600) + "é"))
	long := r.Start(trace.SpanContext{}, telemetry.HopRun, "x")
	long.End(errors.New("x" + strings.Repeat("é", 600)))
	for _, span := range exporter.GetSpans() {
		assert.True(t, utf8.ValidString(span.Status.Description))
	}
}

// counting decides always the same and counts how often it is asked.
type counting struct {
	decision sdk.SamplingDecision
	asked    *int
}

func (c counting) Description() string { return "counting" }
func (c counting) ShouldSample(sdk.SamplingParameters) sdk.SamplingResult {
	*c.asked++
	return sdk.SamplingResult{Decision: c.decision}
}

func TestOneSamplingDecisionForATask(t *testing.T) {
	asked := 0
	r, exporter := recording(t, 0, sdk.WithSampler(counting{sdk.Drop, &asked}))
	root := r.Start(trace.SpanContext{}, telemetry.HopSubmit, "x")
	assert.True(t, root.Context().IsValid())
	assert.False(t, root.Context().IsSampled())
	assert.False(t, root.Recording())
	child := r.Start(root.Context(), telemetry.HopExchange, "x", telemetry.Attempt(1))
	assert.False(t, child.Context().IsValid(), "the SDK was not asked")
	assert.Equal(t, root.Context(), child.Onward(root.Context()), "the cause is handed on")
	child.SetAttributes(telemetry.Attempt(2))
	child.End(errors.New("lost"))
	r.Record(child.Onward(root.Context()), telemetry.HopHandle, "x", time.Now(), time.Now(), nil)
	root.End(nil)
	assert.Equal(t, 1, asked)
	assert.Empty(t, exporter.GetSpans())
}

func TestSamplerSeesTheAttributes(t *testing.T) {
	var seen []attribute.KeyValue
	r, _ := recording(t, 0, sdk.WithSampler(watching{&seen}))
	r.Start(trace.SpanContext{}, telemetry.HopQueue, "files", telemetry.Pool("p")).End(nil)
	assert.Equal(t, []attribute.KeyValue{attribute.String("messaging.destination.name", "files"), telemetry.Pool("p")}, seen)
}

type watching struct{ seen *[]attribute.KeyValue }

func (w watching) Description() string { return "watching" }
func (w watching) ShouldSample(p sdk.SamplingParameters) sdk.SamplingResult {
	*w.seen = p.Attributes
	return sdk.SamplingResult{Decision: sdk.RecordAndSample}
}
