package telemetry

import (
	"sync"

	"go.opentelemetry.io/otel/trace"
)

// plainLimit bounds what plainSpans remembers. Destinations are few, so that it
// is not reached by who keeps to that.
const plainLimit = 1024

// plainSpans remembers how spans begin that have no attributes of their own: every
// task begins with one, and most are then not sampled. The zero value is ready to
// use. Safe for concurrent use.
type plainSpans struct {
	mu    sync.RWMutex
	known map[plainSpan]beginning
}

type plainSpan struct {
	hop         Hop
	destination string
}

type beginning struct {
	name string
	opts []trace.SpanStartOption // never written; its capacity is its length
}

func (p *plainSpans) of(hop Hop, destination string) (string, []trace.SpanStartOption) {
	key := plainSpan{hop, destination}
	p.mu.RLock()
	b, ok := p.known[key]
	p.mu.RUnlock()
	if ok {
		return b.name, b.opts
	}
	b.name, b.opts = describeSpan(hop, destination, nil)
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.known == nil {
		p.known = map[plainSpan]beginning{}
	}
	if len(p.known) < plainLimit {
		p.known[key] = b
	}
	return b.name, b.opts
}
