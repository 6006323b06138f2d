package telemetry

import (
	"context"
	"strings"

	"go.opentelemetry.io/otel/propagation"
	"go.opentelemetry.io/otel/trace"
)

// FromContext returns the span context that ctx carries; zero if none.
func FromContext(ctx context.Context) trace.SpanContext {
	return trace.SpanContextFromContext(ctx)
}

// ContextWith returns a copy of ctx that carries sc, for a user's code inside
// a handler: the spans that it starts with the copy become children of sc. It
// returns ctx itself if sc is not valid. The span in the copy only carries the
// context; attributes and events that are added to it are lost.
func ContextWith(ctx context.Context, sc trace.SpanContext) context.Context {
	if !sc.IsValid() {
		return ctx
	}
	return trace.ContextWithSpanContext(ctx, sc)
}

// Environ returns the variables that hand sc to a child: TRACEPARENT and, if
// sc has a trace state, TRACESTATE, in the form of W3C Trace Context. The map
// is empty, and never nil, if sc is not valid. The caller owns the map.
//
// A child inherits no such variable by accident if its spawner drops the two
// from the inherited environment first: a stale parent is worse than none.
func Environ(sc trace.SpanContext) map[string]string {
	env := environ{}
	propagation.TraceContext{}.Inject(ContextWith(context.Background(), sc), env)
	return env
}

// FromEnviron returns the span context that a parent process left in the
// environment, marked as remote. It is zero if there is none or if it is
// malformed. A getenv is os.Getenv, or a look-up in a copy.
func FromEnviron(getenv func(string) string) trace.SpanContext {
	ctx := propagation.TraceContext{}.Extract(context.Background(), lookup(getenv))
	return trace.SpanContextFromContext(ctx)
}

// environ is a carrier to write to. Its keys are upper case, as otel's
// environment carriers say.
type environ map[string]string

func (e environ) Get(key string) string { return e[strings.ToUpper(key)] }
func (e environ) Set(key, value string) { e[strings.ToUpper(key)] = value }
func (e environ) Keys() []string        { return nil }

// lookup is a carrier to read from.
type lookup func(string) string

func (l lookup) Get(key string) string { return l(strings.ToUpper(key)) }
func (lookup) Set(string, string)      {}
func (lookup) Keys() []string          { return nil }

var (
	_ propagation.TextMapCarrier = environ(nil)
	_ propagation.TextMapCarrier = lookup(nil)
)
