package pool

import (
	"sync"

	"github.com/asynkron/protoactor-go/actor"

	"brood/actors"
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
		p.cancel(call, m.err)
	}
}

// Reject answers a batch that reaches the pool after its end.
func (b *Batch) Reject(system *actor.ActorSystem) {
	for _, call := range b.calls {
		call.Answer(system, actors.Result{Err: actors.ErrStopping})
	}
	b.free()
}

// Reject answers what is to be cancelled when the pool that held it has ended.
func (m *CancelAll) Reject(system *actor.ActorSystem) {
	for _, call := range m.calls {
		call.Answer(system, actors.Result{Err: m.err})
	}
}
