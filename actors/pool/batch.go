package pool

import (
	"sync"

	"brood/actors"
	"brood/actors/process"
)

// batch is many calls in one message. Each is accepted or refused as if it had
// come alone. The pool gives the message back.
type batch struct{ calls []*process.Call }

// cancelAll asks to end calls early, as many process.Cancel would.
type cancelAll struct {
	calls []*process.Call
	err   error
}

var batches = sync.Pool{New: func() any { return new(batch) }}

// free gives the message back when its calls have been taken out.
func (b *batch) free() {
	clear(b.calls)
	b.calls = b.calls[:0]
	batches.Put(b)
}

func (p *pool) acceptAll(b *batch) {
	for _, call := range b.calls {
		p.accept(call)
	}
	b.free()
}

func (p *pool) cancelAll(m *cancelAll) {
	for _, call := range m.calls {
		p.cancel(call, m.err)
	}
}

// rejectAll answers a batch that reaches the pool after its end.
func (p *pool) rejectAll(b *batch) {
	for _, call := range b.calls {
		call.Answer(p.system, actors.Result{Err: actors.ErrStopping})
	}
	b.free()
}
