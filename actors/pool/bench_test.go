package pool

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/asynkron/protoactor-go/actor"

	"brood/actors"
	"brood/actors/internal/mailbox"
	"brood/actors/process"
)

// prompt is a member that answers all calls of a turn at once.
type prompt struct {
	index int
	pool  *actor.PID
	freed int
}

func (p *prompt) Receive(ctx actor.Context) {
	switch m := ctx.Message().(type) {
	case *process.Call:
		for call := range m.Chain() {
			call.Answer(ctx.ActorSystem(), actors.Result{Payload: call.Task.Payload})
			p.freed++
		}
	case mailbox.EndOfTurn:
		if p.freed > 0 {
			ctx.ActorSystem().Root.Send(p.pool, &process.Freed{Member: p.index, Incarnation: 1, N: p.freed})
			p.freed = 0
		}
	}
}

// BenchmarkSubmit is the pool's share of a task: members answer at once.
func BenchmarkSubmit(b *testing.B) {
	plain := actors.Task{Payload: make([]byte, 100)}
	timed, named := plain, plain
	timed.Timeout, timed.QueueTimeout = time.Hour, time.Hour
	named.ID = "same"
	for _, callers := range []int{1, 64} {
		b.Run(fmt.Sprintf("callers=%d", callers), benchmarkSubmit(callers, plain))
		b.Run(fmt.Sprintf("callers=%d/clocks", callers), benchmarkSubmit(callers, timed))
		b.Run(fmt.Sprintf("callers=%d/joined", callers), benchmarkSubmit(callers, named))
	}
}

func benchmarkSubmit(callers int, work actors.Task) func(*testing.B) {
	return func(b *testing.B) {
		const members = 4
		h := open(b, Spec{Size: members, Prefetch: 16, QueueLimit: callers})
		for i := range members {
			props := actor.PropsFromProducer(func() actor.Actor { return &prompt{index: i, pool: h.pid} },
				actor.WithMailbox(mailbox.Producer))
			pid := h.system.Root.Spawn(props)
			b.Cleanup(func() { _ = h.system.Root.StopFuture(pid).Wait() })
			h.send(&process.MemberEvent{Member: i, Event: &actors.Started{Who: pid, Incarnation: 1, PID: 1}})
			h.send(&process.MemberEvent{Member: i, Event: &actors.Ready{Who: pid, Incarnation: 1}})
		}
		ctx := context.Background()
		b.ReportAllocs()
		b.ResetTimer()
		var all sync.WaitGroup
		for c := range callers {
			all.Go(func() {
				for range b.N/callers + min(1, max(0, b.N%callers-c)) {
					if _, err := h.client.Submit(ctx, work); err != nil {
						b.Error(err)
						return
					}
				}
			})
		}
		all.Wait()
	}
}
