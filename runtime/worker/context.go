package worker

import (
	"context"
	"sync"
	"sync/atomic"
	"time"

	"go.opentelemetry.io/otel/trace"

	"brood/telemetry"
)

// taskContext is the context of one task. It ends when the task is cancelled or
// its handler has returned, or with the server. Few handlers wait for its end,
// and a cancellable context costs more than the rest of a short task: one is made
// when somebody asks for it. A handler may keep its context for as long as it
// likes, so this is all that it keeps.
//
// It carries the span that the handler's work belongs to, likewise.
type taskContext struct {
	server context.Context
	state  atomic.Pointer[taskState] // nil: it has not ended, has no span, and nobody asked
}

// taskState is what is made when it is needed.
type taskState struct {
	mu      sync.Mutex
	span    trace.SpanContext // not valid: there is none
	ended   bool
	spanned context.Context // the server's with span; nil as long as nobody asked
	inner   context.Context // the one that can be waited for; likewise
	cancel  context.CancelFunc
}

// endedUnasked is the state of contexts that have ended without having been asked
// for anything. It is never changed.
var endedUnasked = &taskState{ended: true}

var _ context.Context = (*taskContext)(nil)

func (c *taskContext) Deadline() (time.Time, bool) { return c.server.Deadline() }

func (c *taskContext) Done() <-chan struct{} {
	s := c.own()
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.real(c.server).Done()
}

func (c *taskContext) Err() error {
	s := c.state.Load()
	if s == nil {
		return c.server.Err()
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case s.inner != nil:
		return s.inner.Err()
	case s.ended:
		return context.Canceled
	}
	return c.server.Err()
}

// Value is also how package context finds what it can end together with this
// context: the real one, if there is one.
func (c *taskContext) Value(key any) any {
	if c.state.Load() == nil {
		return c.server.Value(key)
	}
	s := c.own()
	s.mu.Lock()
	ctx := s.base(c.server)
	if s.inner != nil || s.ended {
		ctx = s.real(c.server)
	}
	s.mu.Unlock()
	return ctx.Value(key)
}

// carry gives the context a span, before anybody else knows it.
func (c *taskContext) carry(span trace.SpanContext) { c.state.Store(&taskState{span: span}) }

// end ends the context.
func (c *taskContext) end() {
	if c.state.CompareAndSwap(nil, endedUnasked) {
		return
	}
	s := c.state.Load()
	if s == endedUnasked {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.ended = true
	if s.cancel != nil {
		s.cancel()
	}
}

// own returns a state that can be changed.
func (c *taskContext) own() *taskState {
	for {
		s := c.state.Load()
		if s != nil && s != endedUnasked {
			return s
		}
		if own := (&taskState{ended: s != nil}); c.state.CompareAndSwap(s, own) {
			return own
		}
	}
}

// real returns the context that is waited for. The lock must be held.
func (s *taskState) real(server context.Context) context.Context {
	if s.inner == nil {
		s.inner, s.cancel = context.WithCancel(s.base(server))
		if s.ended {
			s.cancel()
		}
	}
	return s.inner
}

// base returns what the real context is made of. The lock must be held.
func (s *taskState) base(server context.Context) context.Context {
	if !s.span.IsValid() {
		return server
	}
	if s.spanned == nil {
		s.spanned = telemetry.ContextWith(server, s.span)
	}
	return s.spanned
}
