package runtime

import (
	"context"
	"math"
	"testing"
	"time"

	"github.com/asynkron/protoactor-go/actor"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/otel/codes"
	sdk "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"
	"go.opentelemetry.io/otel/trace"
	"go.opentelemetry.io/otel/trace/noop"

	"brood/actors"
	"brood/telemetry"
)

// traced returns a runtime that records, and what it has recorded.
func traced(t *testing.T) (*Runtime, *tracetest.SpanRecorder) { return tracedOneIn(t, 0) }

func tracedOneIn(t *testing.T, n int) (*Runtime, *tracetest.SpanRecorder) {
	t.Helper()
	recorder := tracetest.NewSpanRecorder()
	provider := sdk.NewTracerProvider(sdk.WithSpanProcessor(recorder))
	t.Cleanup(func() { assert.NoError(t, provider.Shutdown(context.Background())) })
	return fresh(t, Options{TracerProvider: provider, TraceOneIn: n}), recorder
}

func spawnFunc(t *testing.T, rt *Runtime, f actor.ReceiveFunc) *actor.PID {
	t.Helper()
	a, err := rt.Spawn("test", actor.PropsFromFunc(f))
	require.NoError(t, err)
	return a.PID()
}

// sendAndStop waits until the spans of what to was sent are recorded.
func sendAndStop(t *testing.T, rt *Runtime, to *actor.PID, message any) {
	t.Helper()
	rt.System().Root.Send(to, message)
	require.NoError(t, rt.System().Root.PoisonFuture(to).Wait())
}

// parents tells each ended span's name and that of its parent.
func parents(recorder *tracetest.SpanRecorder) map[string]string {
	names, parents := map[string]string{}, map[string]string{}
	for _, span := range recorder.Ended() {
		names[span.SpanContext().SpanID().String()] = span.Name()
	}
	for _, span := range recorder.Ended() {
		parents[span.Name()] = names[span.Parent().SpanID().String()]
	}
	return parents
}

type (
	first  struct{}
	second struct{}
	third  struct{}
)

func TestPropsStayAsTheyAreIfNothingIsRecorded(t *testing.T) {
	props := actor.PropsFromFunc(func(actor.Context) {})
	assert.Same(t, props, fresh(t, Options{}).Props(props))
	assert.Same(t, props, fresh(t, Options{TracerProvider: noop.NewTracerProvider()}).Props(props))
	rt, _ := traced(t)
	assert.NotSame(t, props, rt.Props(props), "control")
}

func TestMessagesAreChildrenOfTheirSendersSpan(t *testing.T) {
	rt, recorder := traced(t)
	last := spawnFunc(t, rt, func(actor.Context) {})
	middle := spawnFunc(t, rt, func(ctx actor.Context) {
		if _, ok := ctx.Message().(*second); ok {
			ctx.Request(last, &third{})
		}
	})
	begin := spawnFunc(t, rt, func(ctx actor.Context) {
		switch ctx.Message().(type) {
		case *first:
			ctx.Send(middle, &second{})
		case *actor.Stopping: // no span, so what it sends has no parent
			ctx.Send(last, first{})
		}
	})
	sendAndStop(t, rt, begin, &first{})
	sendAndStop(t, rt, middle, "plain")
	sendAndStop(t, rt, last, 7)
	assert.Equal(t, map[string]string{
		"process *runtime.first":  "",
		"process *runtime.second": "process *runtime.first",
		"process *runtime.third":  "process *runtime.second",
		"process runtime.first":   "",
		"process string":          "",
		"process int":             "",
	}, parents(recorder))
}

func TestMessagesThatAreNotPickedBeginNoTrace(t *testing.T) {
	rt, recorder := tracedOneIn(t, math.MaxInt)
	last := spawnFunc(t, rt, func(actor.Context) {})
	begin := spawnFunc(t, rt, func(ctx actor.Context) {
		if _, ok := ctx.Message().(*first); ok {
			ctx.Send(last, &second{})
		}
	})
	sendAndStop(t, rt, begin, &first{})
	assert.Empty(t, parents(recorder))

	caused := &actor.MessageEnvelope{Message: &third{}}
	for key, value := range telemetry.Environ(trace.NewSpanContext(trace.SpanContextConfig{
		TraceID: trace.TraceID{1}, SpanID: trace.SpanID{2}, TraceFlags: trace.FlagsSampled,
	})) {
		caused.SetHeader(key, value)
	}
	sendAndStop(t, rt, last, caused)
	assert.Equal(t, map[string]string{"process *runtime.third": ""}, parents(recorder), "control")
}

func TestAReplyIsAChildToo(t *testing.T) {
	rt, recorder := traced(t)
	answered := make(chan struct{})
	answerer := spawnFunc(t, rt, func(ctx actor.Context) {
		if _, ok := ctx.Message().(*second); ok {
			ctx.Respond(&third{})
		}
	})
	asker := spawnFunc(t, rt, func(ctx actor.Context) {
		switch ctx.Message().(type) {
		case *first:
			ctx.Request(answerer, &second{})
		case *third:
			close(answered)
		}
	})
	rt.System().Root.Send(asker, &first{})
	<-answered
	sendAndStop(t, rt, asker, "plain")
	sendAndStop(t, rt, answerer, "plain") // its span ends after the reply has left
	assert.Equal(t, "process *runtime.second", parents(recorder)["process *runtime.third"])
}

func TestAPanicEndsTheSpanWithAnError(t *testing.T) {
	rt, recorder := traced(t)
	pid := spawnFunc(t, rt, func(ctx actor.Context) {
		if _, ok := ctx.Message().(*first); ok {
			panic("oh no")
		}
	})
	rt.System().Root.Send(pid, &first{})
	rt.System().Root.Send(pid, &second{}) // after the restart, and with no span left from before
	require.NoError(t, rt.System().Root.PoisonFuture(pid).Wait())
	got := map[string]sdk.Status{}
	for _, span := range recorder.Ended() {
		got[span.Name()] = span.Status()
	}
	assert.Equal(t, map[string]sdk.Status{
		"process *runtime.first":  {Code: codes.Error, Description: errPanic.Error()},
		"process *runtime.second": {},
	}, got)
	assert.Equal(t, map[string]string{"process *runtime.first": "", "process *runtime.second": ""}, parents(recorder))
}

func TestEnvelopesOfOthersAreNotChanged(t *testing.T) {
	rt, recorder := traced(t)
	headers := make(chan map[string]string, 2)
	receive := func(ctx actor.Context) {
		if _, ok := ctx.Message().(*second); ok {
			headers <- ctx.MessageHeader().ToMap()
		}
	}
	one, two := spawnFunc(t, rt, receive), spawnFunc(t, rt, receive)
	shared := &actor.MessageEnvelope{Message: &second{}, Sender: one}
	shared.SetHeader("tenant", "blue")
	sender := spawnFunc(t, rt, func(ctx actor.Context) {
		if _, ok := ctx.Message().(*first); ok {
			ctx.Send(one, shared)
			ctx.Send(two, shared)
		}
	})
	sendAndStop(t, rt, sender, &first{})
	assert.Equal(t, map[string]string{"tenant": "blue"}, shared.Header.ToMap())
	assert.Equal(t, one, shared.Sender)
	var span sdk.ReadOnlySpan
	for _, ended := range recorder.Ended() {
		if ended.Name() == "process *runtime.first" {
			span = ended
		}
	}
	require.NotNil(t, span)
	want := telemetry.Environ(span.SpanContext())
	want["tenant"] = "blue"
	assert.Equal(t, want, <-headers)
	assert.Equal(t, want, <-headers)
}

func TestATaskOfAnActorAndItsResultAreOneTrace(t *testing.T) {
	rt, recorder := traced(t)
	self := Worker("echo")
	workers, err := rt.StartPool(t.Context(), PoolSpec{Name: "echo", Command: self, Size: 1})
	require.NoError(t, err)
	task := &actors.Task{Payload: []byte("hello"), Tag: "tag"}
	results := make(chan *actors.Result, 1)
	asker := spawnFunc(t, rt, func(ctx actor.Context) {
		switch m := ctx.Message().(type) {
		case *first:
			ctx.Request(workers.PID(), task)
		case *actors.Result:
			results <- m
		}
	})
	rt.System().Root.Send(asker, &first{})
	var result *actors.Result
	select {
	case result = <-results:
	case <-time.After(10 * time.Second):
		require.Fail(t, "no result")
	}
	assert.Equal(t, &actors.Result{Payload: []byte("hello"), Tag: "tag", Attempts: 1, Worker: result.Worker}, result)
	assert.Equal(t, &actors.Task{Payload: []byte("hello"), Tag: "tag"}, task, "the sender's task was changed")
	sendAndStop(t, rt, asker, "plain")
	got := parents(recorder)
	for child, parent := range map[string]string{
		"process *runtime.first": "",
		"submit echo":            "process *runtime.first",
		"exchange echo":          "submit echo",
		"handle echo":            "exchange echo",
		"process *actors.Result": "submit echo",
	} {
		assert.Equal(t, parent, got[child], child)
	}
	assert.Contains(t, got, "handle echo")
}
