package tests

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/asynkron/protoactor-go/actor"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/otel/codes"
	sdk "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"
	"go.opentelemetry.io/otel/trace"

	"brood/actors"
	"brood/runtime"
)

// recording is a Runtime whose spans are kept.
type recording struct {
	*runtime.Runtime
	*tracetest.SpanRecorder
	provider trace.TracerProvider
}

func newRecording(t *testing.T) *recording { return newRecordingOf(t, 0) }

func newRecordingOf(t *testing.T, oneIn int) *recording {
	t.Helper()
	spans := tracetest.NewSpanRecorder()
	provider := sdk.NewTracerProvider(sdk.WithSpanProcessor(spans))
	return &recording{newRuntime(t, runtime.Options{TracerProvider: provider, TraceOneIn: oneIn}), spans, provider}
}

// caller returns a context with a span of its own.
func (r *recording) caller(t *testing.T) (context.Context, trace.Span) {
	t.Helper()
	ctx, span := r.provider.Tracer("test").Start(within(t, limit), "caller")
	t.Cleanup(func() { span.End() })
	return ctx, span
}

// named returns the ended spans of a name, in the order of their start.
func (r *recording) named(name string) (found []sdk.ReadOnlySpan) {
	for _, span := range r.Started() {
		if span.Name() == name && !span.EndTime().IsZero() {
			found = append(found, span)
		}
	}
	return found
}

// one returns the only span of a name.
func (r *recording) one(t *testing.T, name string) sdk.ReadOnlySpan {
	t.Helper()
	found := r.named(name)
	require.Len(t, found, 1, name)
	return found[0]
}

// nothingOpen shuts the Runtime down: then every span has ended.
func (r *recording) nothingOpen(t *testing.T) {
	t.Helper()
	require.NoError(t, r.Runtime.Shutdown(within(t, limit)))
	var open []string
	for _, span := range r.Started() {
		if span.EndTime().IsZero() && span.Name() != "caller" {
			open = append(open, span.Name())
		}
	}
	assert.Empty(t, open)
}

func under(t *testing.T, parent, child sdk.ReadOnlySpan, kind trace.SpanKind) {
	t.Helper()
	assert.Equal(t, parent.SpanContext().SpanID(), child.Parent().SpanID(), "the parent of %s", child.Name())
	assert.Equal(t, parent.SpanContext().TraceID(), child.SpanContext().TraceID(), "the trace of %s", child.Name())
	assert.Equal(t, kind, child.SpanKind(), "the kind of %s", child.Name())
}

func TestTraceOfTask(t *testing.T) {
	r := newRecording(t)
	pool := startPool(t, r.Runtime, runtime.PoolSpec{Name: "p", Command: command(t, "worker"), Size: 1})
	ctx, caller := r.caller(t)
	result, err := pool.Submit(ctx, actors.Task{Payload: []byte("trace")})
	require.NoError(t, err)
	assert.Equal(t, caller.SpanContext().TraceID().String(), string(result.Payload), "the trace that the handler sees")
	caller.End()

	submit, exchange := r.one(t, "submit p"), r.one(t, "exchange p")
	under(t, r.one(t, "caller"), submit, trace.SpanKindProducer)
	under(t, submit, exchange, trace.SpanKindClient)
	under(t, exchange, r.one(t, "handle p"), trace.SpanKindConsumer)
	assert.Equal(t, codes.Unset, submit.Status().Code)
	r.nothingOpen(t)
}

func TestTracesOfSomeTasks(t *testing.T) {
	r := newRecordingOf(t, 4)
	pool := startPool(t, r.Runtime, runtime.PoolSpec{Name: "p", Command: command(t, "worker"), Size: 1})
	seen, tasks := map[string]bool{}, make([]actors.Task, 200)
	for i := range tasks {
		tasks[i].Payload = []byte("trace")
	}
	results, err := pool.SubmitBatch(within(t, limit), tasks)
	require.NoError(t, err)
	for _, result := range results {
		require.NoError(t, result.Err)
		seen[string(result.Payload)] = true
	}
	assert.Len(t, seen, len(tasks), "each handler sees a trace of its own")

	submits, exchanges := r.named("submit p"), r.named("exchange p")
	assert.InDelta(t, len(tasks)/4, len(submits), 49, "eight standard deviations")
	assert.Len(t, exchanges, len(submits))
	assert.Len(t, r.named("handle p"), len(submits))
	for _, submit := range submits {
		assert.True(t, seen[submit.SpanContext().TraceID().String()])
	}

	ctx, caller := r.caller(t)
	for range 20 {
		_, err := pool.Submit(ctx, actors.Task{Payload: []byte("trace")})
		require.NoError(t, err)
	}
	caller.End()
	assert.Len(t, r.named("submit p"), len(submits)+20, "what a sampled span has caused is traced")
	r.nothingOpen(t)
}

func TestTraceOfTaskThatWaits(t *testing.T) {
	r := newRecording(t)
	pool := startPool(t, r.Runtime, runtime.PoolSpec{Name: "p", Command: command(t, "worker"), Size: 1})
	g := newGate(t)
	held := submit(within(t, limit), pool, actors.Task{Payload: []byte("hold " + g.path)})
	g.reached(t)
	ctx, caller := r.caller(t)
	waiting := submit(ctx, pool, actors.Task{})
	queued(t, pool, 1)
	g.open()
	require.NoError(t, receive(t, held).err)
	require.NoError(t, receive(t, waiting).err)

	submits := r.named("submit p")
	require.Len(t, submits, 2)
	assert.Equal(t, caller.SpanContext().SpanID(), submits[1].Parent().SpanID())
	queues := r.named("queue p")
	under(t, submits[1], queues[len(queues)-1], trace.SpanKindInternal)
	assert.NotEqual(t, submits[0].SpanContext().TraceID(), submits[1].SpanContext().TraceID())
	r.nothingOpen(t)
}

func TestTraceOfRedelivery(t *testing.T) {
	r := newRecording(t)
	pool := startPool(t, r.Runtime, runtime.PoolSpec{Name: "p", Command: command(t, "crasher", "whole task read"), Size: 1})
	o := receive(t, submit(within(t, limit), pool, actors.Task{Payload: []byte("x"), Repeatable: true}))
	require.NoError(t, o.err)
	submit, exchanges := r.one(t, "submit p"), r.named("exchange p")
	require.Len(t, exchanges, 2)
	for _, exchange := range exchanges {
		under(t, submit, exchange, trace.SpanKindClient)
	}
	assert.Equal(t, codes.Error, exchanges[0].Status().Code)
	assert.Contains(t, exchanges[0].Status().Description, "exit code 7")
	assert.Equal(t, codes.Unset, exchanges[1].Status().Code)
	assert.Equal(t, codes.Unset, submit.Status().Code)
	r.nothingOpen(t)
}

func TestFailuresEndTheirSpans(t *testing.T) {
	r := newRecording(t)
	pool := startPool(t, r.Runtime, runtime.PoolSpec{
		Name: "p", Command: command(t, "worker"), Size: 1, QueueLimit: 1, CancelGrace: 50 * time.Millisecond,
	})
	for _, payload := range []string{"fail", "die"} {
		assert.Error(t, receive(t, submit(within(t, limit), pool, actors.Task{Payload: []byte(payload)})).err)
		allReady(t, pool, 1)
	}
	g := newGate(t)
	ctx, cancel := context.WithCancel(within(t, limit))
	held := submit(ctx, pool, actors.Task{Payload: []byte("hold-on " + g.path)}) // cancelled at its worker
	g.reached(t)
	late := submit(within(t, limit), pool, actors.Task{Timeout: 50 * time.Millisecond}) // timed out in the queue
	queued(t, pool, 1)
	refused := submit(within(t, limit), pool, actors.Task{})
	assert.ErrorIs(t, receive(t, refused).err, actors.ErrQueueFull)
	assert.ErrorIs(t, receive(t, late).err, actors.ErrTaskTimeout)
	cancel()
	assert.ErrorIs(t, receive(t, held).err, context.Canceled)
	r.nothingOpen(t)
	submits := r.named("submit p")
	assert.Len(t, submits, 5)
	for _, span := range submits {
		assert.Equal(t, codes.Error, span.Status().Code)
	}
}

// question makes an actor ask its pool.
type question struct{ payload string }

func TestTraceThroughUsersActor(t *testing.T) {
	r := newRecording(t)
	pool := startPool(t, r.Runtime, runtime.PoolSpec{Name: "p", Command: command(t, "worker"), Size: 1})
	answers := make(chan *actors.Result, 1) // one question
	asker, err := r.Spawn("asker", actor.PropsFromFunc(func(ctx actor.Context) {
		switch m := ctx.Message().(type) {
		case *question:
			ctx.Request(pool.PID(), &actors.Task{Payload: []byte(m.payload), Tag: "tag"})
		case *actors.Result:
			answers <- m
		}
	}))
	require.NoError(t, err)
	r.System().Root.Send(asker.PID(), &question{"trace"})
	answer := receive(t, answers)
	require.NoError(t, answer.Err)
	assert.Equal(t, "tag", answer.Tag)

	r.nothingOpen(t)
	var asked sdk.ReadOnlySpan
	for _, span := range r.Ended() {
		if strings.HasPrefix(span.Name(), "process ") && strings.Contains(span.Name(), "question") {
			asked = span
		}
	}
	require.NotNil(t, asked)
	under(t, asked, r.one(t, "submit p"), trace.SpanKindProducer)
	assert.Equal(t, asked.SpanContext().TraceID().String(), string(answer.Payload))
}

func TestSpawnedProgramIsToldItsTrace(t *testing.T) {
	r := newRecording(t)
	ctx, caller := r.caller(t)
	got, err := r.Run(ctx, runtime.RunSpec{Command: command(t, "environ")})
	require.NoError(t, err)
	var run sdk.ReadOnlySpan
	for _, span := range r.Ended() {
		if strings.HasPrefix(span.Name(), "run ") {
			run = span
		}
	}
	require.NotNil(t, run)
	assert.Equal(t, caller.SpanContext().SpanID(), run.Parent().SpanID())
	assert.Regexp(t, "^00-"+run.SpanContext().TraceID().String()+"-[0-9a-f]{16}-01\n$", string(got.Stdout))
	r.nothingOpen(t)
}

// TestSpawnedProgramIsToldTheTraceThatWasSet: what Env.Set says counts, and is not
// mixed with the state of another trace.
func TestSpawnedProgramIsToldTheTraceThatWasSet(t *testing.T) {
	r := newRecording(t)
	state, err := trace.ParseTraceState("vendor=value")
	require.NoError(t, err)
	ctx := trace.ContextWithRemoteSpanContext(within(t, limit), trace.NewSpanContext(trace.SpanContextConfig{
		TraceID: trace.TraceID{1}, SpanID: trace.SpanID{2}, TraceFlags: trace.FlagsSampled, TraceState: state,
	}))
	spec := runtime.RunSpec{Command: command(t, "environ")}
	got, err := r.Run(ctx, spec)
	require.NoError(t, err)
	assert.Regexp(t, "^00-01.*-01vendor=value\n$", string(got.Stdout), "the control")

	const own = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
	spec.Command.Env.Set["TRACEPARENT"] = own
	got, err = r.Run(ctx, spec)
	require.NoError(t, err)
	assert.Equal(t, own+"\n", string(got.Stdout))
	r.nothingOpen(t)
}

func TestWithoutSDKNothingIsTraced(t *testing.T) {
	rt := newRuntime(t, runtime.Options{})
	pool := startPool(t, rt, runtime.PoolSpec{Command: command(t, "worker"), Size: 1})
	result, err := pool.Submit(within(t, limit), actors.Task{Payload: []byte("trace")})
	require.NoError(t, err)
	assert.Equal(t, trace.TraceID{}.String(), string(result.Payload))
	got, err := rt.Run(within(t, limit), runtime.RunSpec{Command: command(t, "environ")})
	require.NoError(t, err)
	assert.Equal(t, "\n", string(got.Stdout))
}
