//go:build unix

package process

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"brood/actors"
	"brood/actors/health"
	"brood/actors/protocol"
)

// passed is a verdict on an incarnation.
func passed(incarnation uint32, action health.Action) *OverLimit {
	err := &health.LimitError{Resource: health.Memory, Limit: 1, Value: 2}
	return &OverLimit{Incarnation: incarnation, Breach: health.Breach{Action: action, Err: err}}
}

func TestAWarningLeavesTheChildAlone(t *testing.T) {
	h := start(t, Spec{Command: self(t, "deaf")})
	await[*actors.Ready](h)
	h.system.Root.Send(h.pid, passed(2, health.Warn)) // of another incarnation
	h.system.Root.Send(h.pid, passed(1, health.Warn))
	got := await[*actors.OverLimit](h)
	assert.Equal(t, &actors.OverLimit{Who: h.pid, Incarnation: 1, Err: passed(1, 0).Breach.Err}, got)
	require.NoError(t, h.stop(-1))
	assert.Equal(t, actors.ReasonStopped, await[*actors.Down](h).Exit.Reason)
	h.mu.Lock()
	defer h.mu.Unlock()
	assert.Len(t, h.events, 5, "Connected, Started, Ready, one OverLimit, Down")
}

func TestARestartNowEndsTheChildForThatReason(t *testing.T) {
	h := start(t, Spec{Command: self(t, "worker"), Protocol: protocol.Wire{}})
	await[*actors.Ready](h)
	held := h.submit("wait")
	require.NoError(t, h.do(&actors.Ping{}), "it has the task")
	h.system.Root.Send(h.pid, passed(7, health.RestartNow))
	h.system.Root.Send(h.pid, passed(1, health.RestartNow))
	exit := await[*actors.Down](h).Exit
	assert.Equal(t, actors.ReasonResourceLimit, exit.Reason)
	assert.Equal(t, passed(1, 0).Breach.Err, exit.Err)
	assert.Error(t, h.result(held).Err)
}

func TestAChildThatRetiresFinishesItsTasks(t *testing.T) {
	h := start(t, Spec{Command: self(t, "worker"), Protocol: protocol.Wire{}, Prefetch: 2})
	await[*actors.Ready](h)
	call := &Call{Task: actors.Task{Payload: []byte("wait")}, Done: make(chan actors.Result, 1)}
	h.system.Root.Send(h.pid, call)
	require.NoError(t, h.do(&actors.Ping{}), "it has the task")

	h.system.Root.Send(h.pid, passed(1, health.RestartWhenIdle))
	assert.True(t, await[*actors.OverLimit](h).Retiring)
	assert.ErrorIs(t, h.result(h.submit("echo")).Err, actors.ErrNotRunning, "it takes no new one")
	require.NoError(t, h.do(&actors.Ping{}), "it runs")

	h.system.Root.Send(h.pid, &Cancel{Call: call, Err: actors.ErrTaskTimeout}) // and then the child answers, too
	assert.ErrorIs(t, h.result(call.Done).Err, actors.ErrTaskTimeout)
	exit := await[*actors.Down](h).Exit
	assert.Equal(t, actors.ReasonResourceLimit, exit.Reason)
	assert.Zero(t, exit.Signal, "it was asked by a message, and followed")

	h.system.Root.Send(h.pid, &actors.Start{})
	await[*actors.Ready](h)
	assert.NoError(t, h.result(h.submit("echo")).Err, "the next incarnation takes tasks")
}

// A child that has passed its limit before it is ready is restarted when it is:
// who started it sees it become ready.
func TestAChildThatStartsIsNotIdle(t *testing.T) {
	h := start(t, Spec{Command: self(t, "late-hello"), Protocol: protocol.Wire{}, StartTimeout: 200 * time.Millisecond})
	await[*actors.Started](h)
	h.system.Root.Send(h.pid, passed(1, health.RestartWhenIdle))
	assert.True(t, await[*actors.OverLimit](h).Retiring)
	assert.Equal(t, actors.ReasonNotReady, await[*actors.Down](h).Exit.Reason)
}
