//go:build unix

package process

import (
	"testing"
	"time"

	"github.com/asynkron/protoactor-go/actor"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"brood/actors"
	"brood/actors/protocol"
)

// TestCallForAnIncarnationThatIsOverIsReturned: a pool that is behind hands a
// call to an incarnation that has a successor by now. If that took it, the pool
// would count a slot as free that is not.
func TestCallForAnIncarnationThatIsOverIsReturned(t *testing.T) {
	system := newSystem()
	returned := make(chan *Returned, 1) // one call
	pool := system.Root.Spawn(actor.PropsFromFunc(func(ctx actor.Context) {
		if m, ok := ctx.Message().(*Returned); ok {
			returned <- m
		}
	}))
	t.Cleanup(func() { require.NoError(t, system.Root.StopFuture(pool).Wait()) })
	h := startIn(t, system, Spec{Command: self(t, "worker"), Protocol: protocol.Wire{}, Pool: pool, Member: 4})
	ready := await[*actors.Ready](h)

	late := &Call{Pooled: true, Done: make(chan actors.Result, 1), Pool: PoolNote{Incarnation: ready.Incarnation + 1}}
	system.Root.Send(h.pid, late)
	select {
	case m := <-returned:
		assert.Equal(t, &Returned{Member: 4, Incarnation: ready.Incarnation + 1, NotRun: []*Call{late}}, m)
	case <-time.After(20 * time.Second):
		t.Fatal("the call did not come back")
	}
	assert.Zero(t, late.Attempts)
}
