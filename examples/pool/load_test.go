package main

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"

	"brood/actors"
)

// submitter answers at once, but for what would take for ever: that waits for ctx.
type submitter struct{}

func (submitter) Submit(ctx context.Context, task actors.Task) (actors.Result, error) {
	n, err := strconv.Atoi(string(task.Payload))
	if err != nil {
		return actors.Result{}, &actors.TaskError{Message: err.Error()}
	}
	if n > 1e6 {
		<-ctx.Done()
		return actors.Result{}, &actors.CancelledError{Err: context.Cause(ctx)}
	}
	return actors.Result{}, nil
}

func TestLoadKeepsItsRate(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var group sync.WaitGroup
		l := load{to: submitter{}, rate: 300, spawn: group.Go}
		stop, end := context.WithTimeout(t.Context(), 2*time.Second+time.Millisecond)
		defer end()
		l.drive(t.Context(), stop)
		group.Wait()
		assert.Equal(t, counts{submitted: 600, done: 576, failed: 12, cancelled: 12}, l.count())
	})
}

func TestCounts(t *testing.T) {
	var c counts
	for _, err := range []error{
		nil,
		&actors.TaskError{}, &actors.TaskError{},
		&actors.CancelledError{Err: errQuit},
		&actors.WorkerExitedError{}, &actors.PoisonError{},
		fmt.Errorf("pool: %w", actors.ErrQueueFull), actors.ErrStopping, actors.ErrGaveUp,
		errors.New("another"),
	} {
		c.submitted++
		c.add(err)
	}
	assert.Equal(t, counts{submitted: 10, done: 1, failed: 2, cancelled: 1, lost: 2, refused: 3, other: 1}, c)
	assert.Equal(t, c.submitted, c.answered())
	assert.Equal(t, "1 done, 2 failed, 1 cancelled, 2 lost, 3 refused, 1 other", c.String())
}
