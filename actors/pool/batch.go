package pool

import (
	"sync"

	"brood/actors/process"
)

// Batch is many calls in one message. Each is accepted or refused as if it had
// come alone. The pool gives the message back.
type Batch struct{ calls []*process.Call }

// CancelAll asks to end calls early, as many process.Cancel would.
type CancelAll struct {
	calls []*process.Call
	err   error
}

var batches = sync.Pool{New: func() any { return new(Batch) }}

// free gives the message back when its calls have been taken out.
func (b *Batch) free() {
	clear(b.calls)
	b.calls = b.calls[:0]
	batches.Put(b)
}

func (p *pool) acceptAll(b *Batch) {
	for _, call := range b.calls {
		p.accept(call)
	}
	b.free()
}

func (p *pool) cancelAll(m *CancelAll) {
	for _, call := range m.calls {
		p.cancel(m.one(call))
	}
}

// one is the message for one of the calls. They are not used for other tasks
// once it is sent, so that their epoch is that of the task.
func (m *CancelAll) one(call *process.Call) *process.Cancel {
	return &process.Cancel{Call: call, Epoch: call.Epoch(), Err: m.err}
}
