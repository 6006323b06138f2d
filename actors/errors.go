package actors

import (
	"errors"
	"fmt"
)

// What callers branch on with errors.Is.
var (
	// ErrQueueFull: the pool's queue holds its limit of tasks or of their bytes;
	// the task was not accepted and did not run.
	ErrQueueFull = errors.New("queue full")
	// ErrStopping: the pool or runtime is stopping or stopped; the task was
	// not accepted, or was accepted and did not run before the deadline.
	ErrStopping = errors.New("stopping")
	// ErrWorkerExited: the child died while it held the task. A
	// *WorkerExitedError says whether the task may have run.
	ErrWorkerExited = errors.New("worker exited")
	// ErrTaskFailed: the child's handler answered with an error. A *TaskError
	// holds its text.
	ErrTaskFailed = errors.New("task failed")
	// ErrTaskTimeout: one of the task's clocks ended it. A *TaskTimeoutError says
	// which, and whether it may have run.
	ErrTaskTimeout = errors.New("task timed out")
	// ErrCancelled: the submitter gave the task up. A *CancelledError says where
	// the task was then.
	ErrCancelled = errors.New("task cancelled")
	// ErrPoison: workers died with the task as often as the pool allows. A
	// *PoisonError holds their exits.
	ErrPoison = errors.New("task is poison")
	// ErrNotSetAside: the pool has set aside no task with this id.
	ErrNotSetAside = errors.New("no such task is set aside")
	// ErrPushedOut: the queue was full and this task had to go for a newer one. It
	// did not run.
	ErrPushedOut = errors.New("pushed out of the queue")
	// ErrNeverStarted: the pool gave up before any worker was ready; the task did
	// not run.
	ErrNeverStarted = errors.New("no worker ever started")
	// ErrNoMember: the router has no member that can take the task now; it did
	// not run.
	ErrNoMember = errors.New("no member can take the task")
	// ErrMemberEnded: the router's member that had the task ended without an
	// answer; the task may have run.
	ErrMemberEnded = errors.New("member ended with the task")
	// ErrNoQuorum: fewer members of a router succeeded with the task than had to.
	// A *QuorumError counts them.
	ErrNoQuorum = errors.New("no quorum")
	// ErrTooLarge: the task's payload is over the wire's limit, or over what may
	// wait in the pool's queue. (An answer over the limit is a *TaskError that says
	// so.)
	ErrTooLarge = errors.New("too large")
	// ErrStreamOver: the stream was closed, or its task has its answer: nothing
	// can be sent any more.
	ErrStreamOver = errors.New("stream is over")
	// ErrGaveUp: the supervisor saw too many failures and stopped its children.
	ErrGaveUp = errors.New("supervisor gave up")
	// ErrBusy: the process, or each of a router's members, holds as many tasks as it
	// may.
	ErrBusy = errors.New("worker busy")
	// ErrNotRunning: the child is not running (not started, restarting, ended).
	ErrNotRunning = errors.New("not running")
	// ErrNoProtocol: the child speaks no task protocol.
	ErrNoProtocol = errors.New("child speaks no task protocol")
	// ErrStdinFull: the child does not read its stdin and the limit of bytes
	// that wait for it is reached.
	ErrStdinFull = errors.New("stdin full")
	// ErrStdinClosed: stdin was closed, by the owner or by the child.
	ErrStdinClosed = errors.New("stdin closed")
)

// WriteError says that a Write was given up before the child's stdin had taken
// all of it.
type WriteError struct {
	// Written of Total bytes were taken; the rest will not be.
	Written, Total int
	// Err says why: what the Write was withdrawn for, such as a deadline, or, with
	// ptyio.ErrLineTooLong, that the terminal would have cut a line of it. Other
	// Writes are not concerned.
	Err error
}

// Error tells how far the write came.
func (e *WriteError) Error() string {
	return fmt.Sprintf("%d of %d bytes written: %v", e.Written, e.Total, e.Err)
}

// Unwrap returns the cause.
func (e *WriteError) Unwrap() error { return e.Err }

// TaskError is the error with which a child's handler answered a task. It
// matches ErrTaskFailed.
type TaskError struct {
	// Message is the handler's own text.
	Message string
}

// Error returns the handler's text behind "task failed: ".
func (e *TaskError) Error() string { return "task failed: " + e.Message }

// Is reports whether target is ErrTaskFailed.
func (e *TaskError) Is(target error) bool { return target == ErrTaskFailed }

// WorkerExitedError answers a task whose child died while holding it. It
// matches ErrWorkerExited.
type WorkerExitedError struct {
	// MayHaveRun is true if the whole task had been written to the child, and the
	// child did not say that it had not begun it: it may have run, in part or
	// fully. False: it certainly did not.
	MayHaveRun bool
	// Attempts counts how often the task was handed to a child: to the last one, and
	// to those before that may have begun it.
	Attempts int
	// Exit is the end of the last child that held the task.
	Exit Exit
}

// Error names the exit and whether the task may have run.
func (e *WorkerExitedError) Error() string {
	ran := "task did not run"
	if e.MayHaveRun {
		ran = "task may have run"
	}
	return fmt.Sprintf("worker exited: %s (%s, attempt %d)", e.Exit, ran, e.Attempts)
}

// Is reports whether target is ErrWorkerExited.
func (e *WorkerExitedError) Is(target error) bool { return target == ErrWorkerExited }

// Unwrap returns the cause of the exit, if it has one.
func (e *WorkerExitedError) Unwrap() error { return e.Exit.Err }
