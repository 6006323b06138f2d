package telemetry

import (
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	semconv "go.opentelemetry.io/otel/semconv/v1.43.0"
	"go.opentelemetry.io/otel/trace"
)

// maxDescriptionBytes bounds the text of an error on a span: a child chooses
// it, and it may be as large as a whole frame.
const maxDescriptionBytes = 1024

// Span is one hop under way. It is a small value: copy it freely, the copies
// are the same span. The zero value records nothing. Safe for concurrent use.
type Span struct {
	// span is nil if the SDK was not asked.
	span trace.Span
}

// Context returns what the next hop takes as its cause. It is zero if the
// Recorder is off or the cause was not sampled: then the cause itself is what
// the next hop takes. It is valid, but not sampled, if the SDK decided just now
// not to record the trace.
func (s Span) Context() trace.SpanContext {
	if s.span == nil {
		return trace.SpanContext{}
	}
	return s.span.SpanContext()
}

// Onward returns what the next hop takes as its cause: the Span's Context, or
// cause, which the Span was started with, if it has none.
func (s Span) Onward(cause trace.SpanContext) trace.SpanContext {
	if sc := s.Context(); sc.IsValid() {
		return sc
	}
	return cause
}

// Recording reports whether attributes and errors of the Span are kept. If it
// is false, SetAttributes and End do nothing; callers need it only to save the
// work of computing an attribute.
func (s Span) Recording() bool { return s.span != nil && s.span.IsRecording() }

// SetAttributes sets attrs on the Span; a later value wins over an earlier one
// for the same key. It does nothing after End. attrs are not kept.
func (s Span) SetAttributes(attrs ...attribute.KeyValue) {
	if !s.Recording() {
		return
	}
	// The copy keeps the caller's variadic slice on its stack when off.
	s.span.SetAttributes(append([]attribute.KeyValue(nil), attrs...)...)
}

// End ends the Span now. If err is not nil, the status is Error, with the
// first 1024 bytes of the error's text, and error.type is the type of err or
// what the first ErrorType() string method in its chain returns. Only the
// first End counts.
func (s Span) End(err error) {
	if s.span != nil {
		s.end(err)
	}
}

func (s Span) end(err error, opts ...trace.SpanEndOption) {
	if s.span == nil {
		return
	}
	if err != nil {
		s.span.SetStatus(codes.Error, describe(err))
		s.span.SetAttributes(semconv.ErrorType(err))
	}
	s.span.End(opts...)
}

// describe returns the head of err's text as valid UTF-8.
func describe(err error) string {
	s := err.Error()
	if len(s) > maxDescriptionBytes {
		s = s[:maxDescriptionBytes]
	}
	return text(s)
}
