package process

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"testing"
	"time"

	"github.com/asynkron/protoactor-go/actor"
	"github.com/stretchr/testify/assert"

	"brood/actors"
)

// fill sets every field of a struct that can be set to something.
func fill(v reflect.Value) {
	for i := range v.NumField() {
		f := v.Field(i)
		switch {
		case !f.CanSet():
		case f.Kind() == reflect.Struct:
			fill(f)
		case f.Kind() == reflect.Int, f.Kind() == reflect.Int64:
			f.SetInt(7)
		case f.Kind() == reflect.Bool:
			f.SetBool(true)
		case f.Kind() == reflect.String:
			f.SetString("7")
		case f.Kind() == reflect.Pointer:
			f.Set(reflect.New(f.Type().Elem()))
		}
	}
}

func TestResetForgetsEverythingButDone(t *testing.T) {
	c := &Call{}
	fill(reflect.ValueOf(c).Elem())
	c.Done = make(chan actors.Result, 1)
	c.Reset(actors.Task{})
	v := reflect.ValueOf(c).Elem()
	for i := range v.NumField() {
		if name := v.Type().Field(i).Name; name != "Done" && name != "state" {
			assert.True(t, v.Field(i).IsZero(), name)
		}
	}
	assert.Equal(t, uint64(1), c.Epoch())
}

func TestCallIsAnsweredOnceInEachEpoch(t *testing.T) {
	c := &Call{Done: make(chan actors.Result, 1)}
	var system *actor.ActorSystem
	for epoch := range uint64(3) {
		assert.Equal(t, epoch, c.Epoch())
		assert.True(t, c.Open(epoch))
		if epoch > 0 {
			assert.False(t, c.AnswerAt(system, epoch-1, actors.Result{}), "late")
		}
		assert.True(t, c.Answer(system, actors.Result{Worker: int(epoch)}))
		assert.False(t, c.Answer(system, actors.Result{}), "twice")
		assert.False(t, c.Close())
		assert.False(t, c.Open(epoch))
		assert.Equal(t, int(epoch), (<-c.Done).Worker)
		c.Reset(actors.Task{})
		assert.False(t, c.Open(epoch))
	}
}

// A cancel of a task before does nothing to the one that the call is for now.
func TestCancelOfAnEarlierTaskLeavesTheCallAlone(t *testing.T) {
	call := &Call{Done: make(chan actors.Result, 1)}
	late := &Cancel{Call: call, Epoch: call.Epoch(), Err: context.Canceled}
	call.Reset(actors.Task{})
	c := &child{}
	c.tasks.held.add(held{id: 1, call: call})
	c.cancel(late)
	assert.NoError(t, c.tasks.held.head().gaveUp)
	assert.False(t, call.Answered())
}

func TestTallyCountsByOutcome(t *testing.T) {
	var tally Tally
	for err, want := range map[error]Outcome{
		&actors.TaskError{}: OutcomeFailed,
		actors.ErrQueueFull: OutcomeQueueFull,
		actors.ErrPushedOut: OutcomePushedOut,
		&actors.TaskTimeoutError{Stage: actors.StageDoor}:                    OutcomeLateInQueue,
		&actors.TaskTimeoutError{Stage: actors.StageQueue}:                   OutcomeLateInQueue,
		&actors.TaskTimeoutError{Stage: actors.StageStart}:                   OutcomeLateInStart,
		&actors.TaskTimeoutError{Stage: actors.StageHanded}:                  OutcomeLateInRun,
		&actors.TaskTimeoutError{Stage: actors.StageRun, Limit: time.Second}: OutcomeLateInRun,
		&actors.CancelledError{Err: context.Canceled}:                        OutcomeCancelled,
		&actors.CancelledError{Err: &actors.TaskTimeoutError{}}:              OutcomeCancelled,
		&actors.WorkerExitedError{Exit: actors.Exit{Err: actors.ErrGaveUp}}:  OutcomeWorkerExited,
		&actors.PoisonError{}: OutcomePoison,
		actors.ErrStopping:    OutcomeStopping,
		fmt.Errorf("%w: %w", actors.ErrNeverStarted, actors.ErrGaveUp): OutcomeStopping,
		actors.ErrGaveUp: OutcomeStopping,
		errors.New("x"):  OutcomeOther,
		fmt.Errorf("%w: %w", actors.ErrTooLarge, errors.New("task of 5 MB")): OutcomeOther,
	} {
		before := tally.Sum(want)
		tally.count(3, err)
		assert.Equal(t, before+1, tally.Sum(want), "%v", err)
	}
	tally.count(-1, nil)
	assert.Equal(t, uint64(1), tally.Sum(OutcomeDone))
	assert.Equal(t, uint64(18), tally.Total())
}
