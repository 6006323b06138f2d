package telemetry

import (
	"encoding/binary"
	"math/rand/v2"

	"go.opentelemetry.io/otel/trace"
)

// Root decides whether what cause causes begins a trace: it returns the cause that
// its hops are to be started with. That is cause itself if it is valid, or if the
// Recorder is off. Else it is an invalid one for one in so many (see New), picked at
// random, with which the first hop begins a trace and the SDK's sampler is asked. For
// the others it is a new one that is not sampled, so that no hop asks the SDK, here or
// in a child. It does not allocate.
func (r *Recorder) Root(cause trace.SpanContext) trace.SpanContext {
	if cause.IsValid() || !r.Enabled() || r.oneIn <= 1 || rand.IntN(r.oneIn) == 0 {
		return cause
	}
	var id trace.TraceID
	var span trace.SpanID
	binary.LittleEndian.PutUint64(id[:8], rand.Uint64())
	binary.LittleEndian.PutUint64(id[8:], rand.Uint64()|1) // not all zero, which is invalid
	binary.LittleEndian.PutUint64(span[:], rand.Uint64()|1)
	return trace.NewSpanContext(trace.SpanContextConfig{TraceID: id, SpanID: span})
}
