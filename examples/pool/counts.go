package main

import (
	"errors"
	"fmt"

	"brood/actors"
)

// counts is what became of the tasks.
type counts struct {
	submitted uint64
	done      uint64
	failed    uint64 // the handler answered with an error
	cancelled uint64 // given up
	lost      uint64 // their worker died, and they must not run twice
	refused   uint64 // they were not accepted: no room in the queue, or it was over
	other     uint64
}

// add counts an answer.
func (c *counts) add(err error) {
	switch {
	case err == nil:
		c.done++
	case errors.Is(err, actors.ErrTaskFailed):
		c.failed++
	case errors.Is(err, actors.ErrCancelled):
		c.cancelled++
	case errors.Is(err, actors.ErrWorkerExited): // or several did
		c.lost++
	case errors.Is(err, actors.ErrQueueFull) || over(err):
		c.refused++
	default:
		c.other++
	}
}

// over reports whether an answer says that no other task will be accepted.
func over(err error) bool {
	return errors.Is(err, actors.ErrStopping) || errors.Is(err, actors.ErrGaveUp)
}

func (c counts) answered() uint64 {
	return c.done + c.failed + c.cancelled + c.lost + c.refused + c.other
}

// String tells all but how many were submitted.
func (c counts) String() string {
	return fmt.Sprintf("%d done, %d failed, %d cancelled, %d lost, %d refused, %d other",
		c.done, c.failed, c.cancelled, c.lost, c.refused, c.other)
}
