//go:build unix

package process

import (
	"context"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"brood/actors"
	"brood/actors/protocol"
)

// long is a time that no test waits for.
const long = 20 * time.Second

// workerAs is the Spec of a worker with three slots.
func workerAs(t *testing.T, role string) Spec {
	return Spec{Command: self(t, role), Protocol: protocol.Wire{}, Prefetch: 3, confirmDelay: long, CancelGrace: long}
}

// Each rung ends the children that it can end, and what waited behind the task
// that was cancelled comes back untouched.
func TestCancelLadder(t *testing.T) {
	for _, test := range []struct {
		role string
		step time.Duration
		end  syscall.Signal
	}{
		{"worker", long, syscall.SIGINT},
		{"worker-without-int", 1500 * time.Millisecond, syscall.SIGTERM},
		{"tough-worker", 10 * time.Millisecond, syscall.SIGKILL},
	} {
		t.Run(test.role, func(t *testing.T) {
			spec := workerAs(t, test.role)
			spec.CancelGrace, spec.CancelStep = 10*time.Millisecond, test.step
			m := startMember(t, spec)
			stubborn := m.begins("ignore-cancel")
			behind := []*Call{m.hand(work("x")), m.hand(work("y"))}
			m.cancel(stubborn, &actors.CancelledError{Err: context.Canceled})
			answer := m.result(stubborn.Done)
			assert.Equal(t, &actors.CancelledError{Stage: actors.StageRun, Err: context.Canceled}, answer.Err)
			assert.Equal(t, 1, answer.Attempts)
			exit := await[*actors.Down](m.host).Exit
			assert.Equal(t, actors.ReasonUnresponsive, exit.Reason)
			assert.Equal(t, test.end, exit.Signal)
			assert.EqualError(t, exit.Err, "cancelled task not answered within 10ms")
			back := told[*Returned](m)
			assert.Empty(t, back.MayHaveRun)
			assert.Equal(t, behind, back.NotRun)
			assert.Zero(t, back.NotRun[0].Attempts, "it was never begun")
		})
	}
}

func TestCancelOfATaskThatWaitsInTheWorker(t *testing.T) {
	timeout := &actors.TaskTimeoutError{Limit: time.Second}
	for _, test := range []struct {
		role  string
		stage actors.Stage
	}{
		{"worker", actors.StageHanded},
		{"worker-without-mark", actors.StageRun}, // nobody can know
	} {
		t.Run(test.role, func(t *testing.T) {
			m := startMember(t, workerAs(t, test.role))
			running := m.begins("begin-and-wait")
			waiting, next := m.hand(work("x")), m.hand(work("next"))
			// It is on its way: the ping behind it is answered.
			require.NoError(t, m.do(&actors.Ping{}))
			m.cancel(waiting, timeout)
			m.cancel(waiting, context.Canceled) // the first counts
			answer := m.result(waiting.Done)
			assert.Equal(t, &actors.TaskTimeoutError{Stage: test.stage, Limit: time.Second}, answer.Err)
			assert.Equal(t, test.stage.MayHaveRun(), answer.Attempts == 1)
			assert.Zero(t, timeout.Stage, "it is the sender's")
			// The worker is unhurt.
			m.cancel(running, context.Canceled)
			assert.Equal(t, context.Canceled, m.result(running.Done).Err)
			assert.NoError(t, m.result(next.Done).Err)
		})
	}
}

// The word of a child that has died is the last: nobody waits for another.
func TestCancelledTaskOfAWorkerThatDies(t *testing.T) {
	m := startMember(t, workerAs(t, "worker"))
	running := m.begins("ignore-cancel")
	waiting := m.hand(work("x"))
	require.NoError(t, m.do(&actors.Ping{}))
	require.NoError(t, m.do(&actors.Signal{Sig: syscall.SIGSTOP})) // so that it does not answer
	m.cancel(waiting, &actors.CancelledError{Err: context.Canceled})
	require.NoError(t, m.do(&actors.Signal{Sig: syscall.SIGKILL}))
	back := told[*Returned](m)
	assert.Equal(t, []*Call{running}, back.MayHaveRun)
	assert.Empty(t, back.NotRun)
	assert.Equal(t, &actors.CancelledError{Stage: actors.StageHanded, Err: context.Canceled}, m.result(waiting.Done).Err)
}

// A child that does not confirm in time costs its caller the certainty.
func TestCancelThatIsNotConfirmed(t *testing.T) {
	spec := workerAs(t, "mute-worker")
	spec.confirmDelay = 10 * time.Millisecond
	m := startMember(t, spec)
	waiting := m.hand(work("x"))
	m.awaitOutput("got it\n")
	m.cancel(waiting, &actors.CancelledError{Err: context.Canceled})
	assert.Equal(t, &actors.CancelledError{Stage: actors.StageRun, Err: context.Canceled}, m.result(waiting.Done).Err)
}
