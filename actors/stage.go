package actors

import (
	"fmt"
	"time"
)

// Stage is how far a task had come when it ended.
type Stage uint8

// The stages, in the order in which a task passes them.
const (
	// StageDoor: it was not accepted, or still waited to be.
	StageDoor Stage = iota
	// StageQueue: it was accepted and waited while workers were ready. It did
	// not run.
	StageQueue
	// StageStart: it was accepted and waited while no worker was ready. It did
	// not run.
	StageStart
	// StageHanded: it was on its way to a worker, or waited there behind another
	// one. It did not run.
	StageHanded
	// StageRun: a worker had it and may have begun it.
	StageRun
)

var stageNames = [...]string{"at the door", "in the queue", "while no worker was ready", "before the worker began it",
	"while it ran"}

// String returns the stage as the end of a sentence: "in the queue".
func (s Stage) String() string { return stageNames[min(int(s), len(stageNames)-1)] }

// MayHaveRun reports whether a task that ended at this stage may have run, in
// part or fully.
func (s Stage) MayHaveRun() bool { return s >= StageRun }

// TaskTimeoutError answers a task that one of its clocks ended. It matches
// ErrTaskTimeout.
type TaskTimeoutError struct {
	// Stage is where the task was.
	Stage Stage
	// Limit is what the clock allowed.
	Limit time.Duration
}

// Error names the stage and the limit.
func (e *TaskTimeoutError) Error() string {
	return fmt.Sprintf("task timed out %s, after %s", e.Stage, e.Limit)
}

// Is reports whether target is ErrTaskTimeout.
func (e *TaskTimeoutError) Is(target error) bool { return target == ErrTaskTimeout }

// CancelledError answers a task that its submitter gave up. It matches
// ErrCancelled, and what it was cancelled with, such as context.Canceled.
type CancelledError struct {
	// Stage is where the task was.
	Stage Stage
	// Err is why: the cause of the submitter's context.
	Err error
}

// Error names the stage and the cause.
func (e *CancelledError) Error() string { return fmt.Sprintf("task cancelled %s: %v", e.Stage, e.Err) }

// Is reports whether target is ErrCancelled.
func (e *CancelledError) Is(target error) bool { return target == ErrCancelled }

// Unwrap returns the cause.
func (e *CancelledError) Unwrap() error { return e.Err }

// PoisonError answers a repeatable task that its workers died with as often as
// the pool allows. The pool has set it aside: it is not run again unless
// somebody asks for it. It matches ErrPoison, and ErrWorkerExited.
type PoisonError struct {
	// Exits are the ends of the workers, oldest first.
	Exits []Exit
}

// Error counts the exits and names the last.
func (e *PoisonError) Error() string {
	text := fmt.Sprintf("task is poison: %d workers died with it", len(e.Exits))
	if n := len(e.Exits); n > 0 {
		text += fmt.Sprintf(", the last: %s", e.Exits[n-1])
	}
	return text
}

// Is reports whether target is ErrPoison or ErrWorkerExited.
func (e *PoisonError) Is(target error) bool { return target == ErrPoison || target == ErrWorkerExited }
