package actors

import (
	"errors"
	"fmt"
	"io/fs"
	"syscall"
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestTaskErrorMatchesItsSentinelOnly(t *testing.T) {
	var err error = &TaskError{Message: "no such file"}
	assert.EqualError(t, err, "task failed: no such file")
	assert.ErrorIs(t, err, ErrTaskFailed)
	assert.NotErrorIs(t, err, ErrWorkerExited)

	var got *TaskError
	assert.ErrorAs(t, fmt.Errorf("wrapped: %w", err), &got)
	assert.Equal(t, &TaskError{Message: "no such file"}, got)
}

func TestWorkerExitedErrorTellsWhetherTheTaskRan(t *testing.T) {
	killed := Exit{Reason: ReasonSignalled, PID: 1, Code: -1, Signal: syscall.SIGKILL}
	assert.EqualError(t, &WorkerExitedError{MayHaveRun: true, Attempts: 3, Exit: killed},
		"worker exited: signal: killed (task may have run, attempt 3)")
	assert.EqualError(t, &WorkerExitedError{Attempts: 1, Exit: killed},
		"worker exited: signal: killed (task did not run, attempt 1)")
}

func TestWorkerExitedErrorMatchesItsSentinelAndItsCause(t *testing.T) {
	failed := Exit{Reason: ReasonStartFailed, Code: -1, Err: &fs.PathError{Op: "start", Path: "/x", Err: fs.ErrNotExist}}
	var err error = &WorkerExitedError{Exit: failed}
	assert.ErrorIs(t, err, ErrWorkerExited)
	assert.ErrorIs(t, err, fs.ErrNotExist)
	assert.NotErrorIs(t, err, ErrTaskFailed)

	var got *WorkerExitedError
	assert.ErrorAs(t, fmt.Errorf("wrapped: %w", err), &got)
	assert.Equal(t, failed, got.Exit)
	assert.NoError(t, errors.Unwrap(&WorkerExitedError{}), "an exit need not have a cause")
}

func TestSentinelsAreDistinct(t *testing.T) {
	seen := map[string]bool{}
	for _, err := range []error{ErrQueueFull, ErrStopping, ErrWorkerExited, ErrTaskFailed, ErrTaskTimeout, ErrTooLarge,
		ErrGaveUp, ErrBusy, ErrNotRunning, ErrNoProtocol, ErrStdinFull, ErrStdinClosed} {
		assert.False(t, seen[err.Error()], "two errors say %q", err)
		seen[err.Error()] = true
	}
}
