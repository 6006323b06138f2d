//go:build unix

package process

import (
	"context"
	"testing"

	"github.com/asynkron/protoactor-go/actor"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"brood/actors"
	"brood/actors/protocol"
)

// Of a child that does not read, what was not written is taken back: the others'
// frames stay whole.
func TestCancelOfATaskThatWasNotWritten(t *testing.T) {
	c := newChild(&Spec{Protocol: protocol.Wire{}, Prefetch: 9})
	c.system, c.self = newSystem(), actor.NewPID("nonhost", "child")
	c.state.phase = running
	c.run = &run{wire: &wire{}, conn: &fake{}}
	w := c.run.wire
	w.encoder, _ = c.spec.Protocol.Open()
	w.out.try = func([]byte) (int, error) { return 10, nil }
	t.Cleanup(c.tasks.overdue.Stop)
	give := func(payload string) *Call {
		call := &Call{Task: actors.Task{Payload: []byte(payload)}, Done: make(chan actors.Result, 1)}
		c.take(call)
		return call
	}
	cancel := func(call *Call) actors.Result {
		c.cancel(&Cancel{Call: call, Err: &actors.CancelledError{Err: context.Canceled}})
		return <-call.Done
	}

	clogs := give("clogs")
	require.Len(t, w.out.flush(), 13, "half of it is on its way")
	first, second, third := give("first"), give("second"), give("third")
	for _, call := range []*Call{second, first} {
		result := cancel(call)
		assert.Equal(t, &actors.CancelledError{Stage: actors.StageHanded, Err: context.Canceled}, result.Err)
		assert.Zero(t, result.Attempts)
	}
	assert.Equal(t, 2, c.tasks.held.len())
	assert.Equal(t, 2, c.tasks.freed)
	assert.Equal(t, frame(protocol.Message{Kind: protocol.Task, ID: 4, Payload: []byte("third")}), w.out.buf)
	assert.Equal(t, w.out.added, c.tasks.held.of(third).end)

	// What is on its way cannot be taken back.
	result := cancel(clogs)
	assert.Equal(t, &actors.CancelledError{Stage: actors.StageRun, Err: context.Canceled}, result.Err)
	assert.Equal(t, 2, c.tasks.held.len())
	w.out.landed(13, nil)
	w.out.try = func(p []byte) (int, error) { return len(p), nil }
	assert.Nil(t, w.out.flush())
	assert.Equal(t, w.out.added, w.out.written)
}
