package telemetry

import (
	"context"
	"reflect"
	"time"

	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/trace"
	"go.opentelemetry.io/otel/trace/noop"
)

// scope is the instrumentation scope of all spans.
const scope = "brood"

// placeholder is the package of the tracers that the otel API hands out while
// no SDK is configured. Its types are not exported.
const placeholder = "go.opentelemetry.io/otel/internal/global"

// Recorder records the hops of tasks, children and messages as spans. A nil or
// zero Recorder is off: it records nothing. Safe for concurrent use.
type Recorder struct {
	// tracer is nil if the Recorder is off.
	tracer trace.Tracer
	oneIn  int // see Root
	plain  plainSpans
}

// New returns a Recorder that records to tp. A nil tp means the global
// provider as it is now: an SDK that is configured after this call is not
// seen. If no SDK is behind tp (it is the API's no-op provider, or its global
// placeholder before an SDK was set), the Recorder is off.
//
// Of what has no cause, one in oneIn begins a trace if Root is asked. Zero and one
// mean all.
func New(tp trace.TracerProvider, oneIn int) *Recorder {
	if tp == nil {
		tp = otel.GetTracerProvider()
	}
	tracer := tp.Tracer(scope)
	if !hasSDK(tracer) {
		return &Recorder{}
	}
	return &Recorder{tracer: tracer, oneIn: oneIn}
}

// hasSDK looks at the tracer and not at the provider, because the placeholder
// provider hands out an SDK's own tracers as soon as an SDK was set.
func hasSDK(tracer trace.Tracer) bool {
	if tracer == nil {
		return false
	}
	if _, off := tracer.(noop.Tracer); off {
		return false
	}
	t := reflect.TypeOf(tracer)
	if t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	return t.PkgPath() != placeholder
}

// Enabled reports whether an SDK is behind the Recorder. If it is false, all
// other methods do nothing; callers need it only to save work of their own,
// such as reading a clock.
func (r *Recorder) Enabled() bool { return r != nil && r.tracer != nil }

// Records reports whether Start with this cause would ask the SDK for a span. As
// Enabled, it is for callers that save work of their own.
func (r *Recorder) Records(cause trace.SpanContext) bool {
	return r.Enabled() && (!cause.IsValid() || cause.IsSampled())
}

// Start begins the span of a hop as a child of cause; an invalid cause begins
// a new trace. The destination is what the table in the package comment says
// and must be one of few (never a PID, a path or a command line). attrs come
// after the hop's own attributes and win over them; they are not kept.
//
// Who starts a trace decides whether it is recorded: if cause is valid and not
// sampled, the SDK is not asked and the Span is zero. If the
// Recorder is off, Start returns the zero Span and allocates nothing, also
// with attrs. The Span must be ended.
func (r *Recorder) Start(cause trace.SpanContext, hop Hop, destination string, attrs ...attribute.KeyValue) Span {
	if !r.Enabled() {
		return Span{}
	}
	return r.start(cause, hop, destination, attrs, time.Time{})
}

// Record records a hop that was timed elsewhere, such as a child's own work on
// a task when the child has no SDK. It is Start at start and End at end; an
// end before start (a clock that was set back) counts as start.
func (r *Recorder) Record(cause trace.SpanContext, hop Hop, destination string, start, end time.Time, err error, attrs ...attribute.KeyValue) {
	if !r.Enabled() {
		return
	}
	if end.Before(start) {
		end = start
	}
	r.start(cause, hop, destination, attrs, start).end(err, trace.WithTimestamp(end))
}

// start begins a span now, or at the given time if it is not zero. It must not
// keep attrs: then a caller's variadic slice stays on its stack.
func (r *Recorder) start(cause trace.SpanContext, hop Hop, destination string, attrs []attribute.KeyValue, at time.Time) Span {
	ctx := context.Background()
	if cause.IsValid() {
		if !cause.IsSampled() {
			return Span{}
		}
		ctx = trace.ContextWithSpanContext(ctx, cause)
	}
	if len(attrs) == 0 && at.IsZero() {
		name, opts := r.plain.of(hop, destination)
		_, span := r.tracer.Start(ctx, name, opts...)
		return Span{span: span}
	}
	name, opts := describeSpan(hop, destination, attrs)
	if !at.IsZero() {
		opts = append(opts, trace.WithTimestamp(at))
	}
	_, span := r.tracer.Start(ctx, name, opts...)
	return Span{span: span}
}

// describeSpan returns the name of a hop's span and what it is started with.
func describeSpan(hop Hop, destination string, attrs []attribute.KeyValue) (string, []trace.SpanStartOption) {
	destination = text(destination)
	return hop.name(destination), []trace.SpanStartOption{
		trace.WithSpanKind(hop.kind()),
		trace.WithAttributes(hop.attributes(destination, attrs)...),
	}
}
