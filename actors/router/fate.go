package router

import (
	"errors"

	"brood/actors"
)

// maxAttempts bounds how often children may die with a repeatable task.
const maxAttempts = 3

// fate is what the answer of a member means for the task.
type fate uint8

const (
	answered fate = iota // it is the task's answer
	busy                 // not run: the member cannot take it now
	refused              // not run: the member did not accept it
	died                 // the member or its child died; the task can go to another
)

// judge tells the fate of a task from an answer. attempts is how often it was
// handed to a child before.
func judge(result actors.Result, repeatable bool, attempts int) fate {
	err := result.Err
	if err == nil {
		return answered
	}
	if result.Attempts == 0 {
		switch {
		case isAny(err, actors.ErrBusy, actors.ErrNotRunning):
			return busy
		case isAny(err, actors.ErrQueueFull, actors.ErrStopping, actors.ErrGaveUp, actors.ErrNeverStarted, actors.ErrNoMember):
			return refused
		}
	}
	var exited *actors.WorkerExitedError
	switch {
	case attempts+result.Attempts >= maxAttempts:
		return answered
	case errors.As(err, &exited):
		if repeatable || !exited.MayHaveRun {
			return died
		}
	case repeatable && errors.Is(err, actors.ErrMemberEnded):
		return died
	}
	return answered
}

// final reports whether an answer ends a task of which another try is under way:
// it does if a handler gave it.
func final(err error) bool { return err == nil || errors.Is(err, actors.ErrTaskFailed) }

func isAny(err error, targets ...error) bool {
	for _, target := range targets {
		if errors.Is(err, target) {
			return true
		}
	}
	return false
}

// stage tells from the answer to a cancelled try how far the task was.
func stage(result actors.Result) actors.Stage {
	var timeout *actors.TaskTimeoutError
	var cancelled *actors.CancelledError
	switch {
	case errors.As(result.Err, &timeout):
		return timeout.Stage
	case errors.As(result.Err, &cancelled):
		return cancelled.Stage
	case result.Attempts > 0:
		return actors.StageRun
	}
	return actors.StageQueue
}
