package worker

import (
	"context"
	"sync"
	"time"

	"go.opentelemetry.io/otel/trace"

	"brood/telemetry"
)

// taskContext is the context of one task. It ends when the task is cancelled or
// its handler has returned, or with the server. Few handlers wait for its end,
// and a cancellable context costs more than the rest of a short task: one is made
// when somebody asks for it.
//
// It carries the span that the handler's work belongs to, likewise.
type taskContext struct {
	server context.Context
	span   trace.SpanContext // not valid: there is none

	mu      sync.Mutex
	spanned context.Context // server with span; nil as long as nobody asked
	ended   bool
	inner   context.Context // nil as long as nobody asked
	cancel  context.CancelFunc
}

var _ context.Context = (*taskContext)(nil)

func (c *taskContext) Deadline() (time.Time, bool) { return c.server.Deadline() }

func (c *taskContext) Done() <-chan struct{} {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.real().Done()
}

func (c *taskContext) Err() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	switch {
	case c.inner != nil:
		return c.inner.Err()
	case c.ended:
		return context.Canceled
	}
	return c.server.Err()
}

// Value is also how package context finds what it can end together with this
// context: the real one, if there is one.
func (c *taskContext) Value(key any) any {
	c.mu.Lock()
	ctx := c.base()
	if c.inner != nil || c.ended {
		ctx = c.real()
	}
	c.mu.Unlock()
	return ctx.Value(key)
}

// real returns the context that is waited for. The lock must be held.
func (c *taskContext) real() context.Context {
	if c.inner == nil {
		c.inner, c.cancel = context.WithCancel(c.base())
		if c.ended {
			c.cancel()
		}
	}
	return c.inner
}

// base returns what the real context is made of. The lock must be held.
func (c *taskContext) base() context.Context {
	if !c.span.IsValid() {
		return c.server
	}
	if c.spanned == nil {
		c.spanned = telemetry.ContextWith(c.server, c.span)
	}
	return c.spanned
}

// end ends the context.
func (c *taskContext) end() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.ended = true
	if c.cancel != nil {
		c.cancel()
	}
}
