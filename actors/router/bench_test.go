package router

import (
	"context"
	"fmt"
	"sync"
	"testing"

	"github.com/asynkron/protoactor-go/actor"

	"brood/actors"
	"brood/actors/internal/mailbox"
	"brood/actors/pool"
	"brood/actors/process"
)

// prompt is a member that answers at once.
type prompt struct{}

func (prompt) Receive(ctx actor.Context) {
	if m, ok := ctx.Message().(*process.Call); ok {
		m.Answer(ctx.ActorSystem(), actors.Result{Payload: m.Task.Payload})
	}
}

// BenchmarkRouter is the router's share of a task: members answer at once. The
// first row is a member that is asked without a router.
func BenchmarkRouter(b *testing.B) {
	for _, row := range []struct {
		name   string
		policy Policy
	}{
		{"none", nil},
		{"RoundRobin", RoundRobin{}},
		{"Random", Random{}},
		{"LeastLoaded", LeastLoaded{}},
		{"PowerOfTwo", PowerOfTwo{}},
		{"ConsistentHash", ConsistentHash{}},
		{"Hedge", Hedge{}},
		{"Scatter", Scatter{Of: 2, Need: First}},
	} {
		for _, callers := range []int{1, 64} {
			b.Run(fmt.Sprintf("%s/callers=%d", row.name, callers), func(b *testing.B) { benchmark(b, row.policy, callers) })
		}
	}
}

func benchmark(b *testing.B, policy Policy, callers int) {
	h := open(b, Spec{Policy: policy})
	for range 4 {
		pid := h.system.Root.Spawn(actor.PropsFromProducer(func() actor.Actor { return prompt{} }, actor.WithMailbox(mailbox.Producer)))
		b.Cleanup(func() { h.end(pid) })
		h.send(&Join{Member{PID: pid, Calls: true}})
		if policy == nil {
			h.client = pool.NewClient(h.system, pid, "one", nil)
		}
	}
	h.stats()
	ctx := context.Background()
	work := actors.Task{Payload: make([]byte, 100), Key: "key", Repeatable: true}
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
