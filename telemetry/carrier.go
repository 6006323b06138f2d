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
	var w3c propagation.TraceContext
	carrier := propagation.MapCarrier{}
	w3c.Inject(ContextWith(context.Background(), sc), carrier)
	env := make(map[string]string, len(carrier))
	for field, value := range carrier {
		env[variable(field)] = value
	}
	return env
}

// FromEnviron returns the span context that a parent process left in the
// environment, marked as remote. It is zero if there is none or if it is
// malformed. getenv is os.Getenv, or a look-up in a copy of an environment.
func FromEnviron(getenv func(string) string) trace.SpanContext {
	var w3c propagation.TraceContext
	carrier := propagation.MapCarrier{}
	for _, field := range w3c.Fields() {
		carrier[field] = getenv(variable(field))
	}
	return trace.SpanContextFromContext(w3c.Extract(context.Background(), carrier))
}

// variable returns the environment's name for a header's field, as
// OpenTelemetry's environment carriers say.
func variable(field string) string { return strings.ToUpper(field) }
