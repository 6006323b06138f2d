//go:build unix

package process

import (
	"bytes"
	"io"
	"os"
	"sync/atomic"
	"testing"
	"time"

	"github.com/asynkron/protoactor-go/actor"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"brood/actors"
	"brood/actors/protocol"
)

func init() {
	roles["print64k"] = func() { _, _ = io.Copy(os.Stdout, bytes.NewReader(make([]byte, 64<<10))) }
	roles["print300k"] = func() { _, _ = io.Copy(os.Stdout, bytes.NewReader(make([]byte, 300<<10))) }
}

// A consumer that is slow, and not a descendant that holds the output, is
// waited for.
func TestSlowConsumerGetsEverything(t *testing.T) {
	const drain = 200 * time.Millisecond // more than a loaded machine keeps a reader from its processor
	var got atomic.Int64
	h := start(t, Spec{Command: self(t, "print64k"), DrainTimeout: drain, Output: func(_ Stream, data []byte) {
		<-time.After(2 * drain)
		got.Add(int64(len(data)))
	}})
	down := await[*actors.Down](h)
	assert.True(t, down.Exit.Success())
	assert.False(t, down.Exit.OutputIncomplete)
	assert.EqualValues(t, 64<<10, got.Load())
}

// A consumer that had ended before the child was started does not block it.
func TestConsumerThatIsGoneDoesNotBlock(t *testing.T) {
	system := newSystem()
	consumer := system.Root.Spawn(actor.PropsFromFunc(func(actor.Context) {}))
	require.NoError(t, system.Root.StopFuture(consumer).Wait())
	h := startIn(t, system, Spec{Command: self(t, "print300k"), OutputTo: consumer, OutputWindowBytes: 1 << 10})
	assert.True(t, await[*actors.Down](h).Exit.Success())
}

func TestTimeoutOfADirectTask(t *testing.T) {
	system := newSystem()
	results := make(chan *actors.Result, 1)
	h := startIn(t, system, workerSpec(t))
	await[*actors.Ready](h)
	asker := system.Root.Spawn(actor.PropsFromFunc(func(c actor.Context) {
		switch m := c.Message().(type) {
		case *actor.Started:
			c.Request(h.pid, &actors.Task{Payload: []byte("wait"), Timeout: 10 * time.Millisecond, Tag: 7})
		case *actors.Result:
			results <- m
		}
	}))
	select {
	case r := <-results:
		assert.ErrorIs(t, r.Err, actors.ErrTaskTimeout)
		assert.Equal(t, 7, r.Tag)
	case <-time.After(20 * time.Second):
		t.Fatal("no result")
	}
	require.NoError(t, system.Root.StopFuture(asker).Wait())
}

// What waits in the mailbox when the actor ends is answered, too.
func TestMessagesBehindTheEndAreAnswered(t *testing.T) {
	c := newChild(&Spec{})
	c.system = newSystem()
	c.self = actor.NewPID("nonhost", "child")
	got := make(chan any, 3)
	asker := c.system.Root.Spawn(actor.PropsFromFunc(func(ctx actor.Context) {
		switch m := ctx.Message().(type) {
		case *actors.Result, *actors.Stopped, *actors.Refused:
			got <- m
		}
	}))
	for _, message := range []any{&actors.Task{Tag: "t"}, &actors.Stop{}, &actors.Ping{}} {
		c.reject(&actor.MessageEnvelope{Message: message, Sender: asker})
	}
	assert.Equal(t, &actors.Result{Err: actors.ErrNotRunning, Tag: "t"}, <-got)
	assert.Equal(t, &actors.Stopped{Who: c.self}, <-got)
	assert.Equal(t, &actors.Refused{Who: c.self, Command: &actors.Ping{}, Err: actors.ErrNotRunning}, <-got)
	require.NoError(t, c.system.Root.StopFuture(asker).Wait())
}

// The limit that the parent sets is the child's, too.
func TestLimitHoldsInBothDirections(t *testing.T) {
	spec := workerSpec(t)
	spec.Protocol = protocol.Wire{LimitBytes: 8 << 20}
	h := start(t, spec)
	await[*actors.Ready](h)
	large := string(make([]byte, 6<<20))
	r := h.result(h.submit(large))
	require.NoError(t, r.Err)
	assert.Len(t, r.Payload, 6<<20)
}
