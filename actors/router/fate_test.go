package router

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"

	"brood/actors"
)

func TestJudge(t *testing.T) {
	ran, notRun := &actors.WorkerExitedError{MayHaveRun: true}, &actors.WorkerExitedError{}
	for _, test := range []struct {
		err        error
		attempts   int // of this member
		before     int
		repeatable bool
		want       fate
	}{
		{nil, 1, 0, false, answered},
		{&actors.TaskError{}, 1, 0, true, answered},
		{actors.ErrBusy, 0, 0, false, busy},
		{actors.ErrNotRunning, 0, 0, false, busy},
		{actors.ErrQueueFull, 0, 0, false, refused},
		{actors.ErrStopping, 0, 0, false, refused},
		{fmt.Errorf("wrapped: %w", actors.ErrStopping), 0, 0, false, refused},
		{errAllBusy, 0, 0, false, busy},
		{actors.ErrNoMember, 0, 0, false, refused},
		{actors.ErrGaveUp, 0, 0, false, refused},
		{actors.ErrStopping, 1, 0, false, answered},
		{actors.ErrStopping, 1, 0, true, answered},
		{ran, 1, 0, false, answered},
		{ran, 1, 0, true, died},
		{ran, 1, maxAttempts - 1, true, answered},
		{ran, maxAttempts, 0, true, answered},
		{notRun, 1, 0, false, died},
		{notRun, 1, maxAttempts - 1, false, answered},
		{actors.ErrMemberEnded, 1, 0, false, answered},
		{actors.ErrMemberEnded, 1, 0, true, died},
		{&actors.PoisonError{}, 1, 0, true, answered},
		{actors.ErrTaskTimeout, 1, 0, true, answered},
		{actors.ErrTooLarge, 0, 0, true, answered},
		{context.Canceled, 0, 0, true, answered},
	} {
		got := judge(actors.Result{Err: test.err, Attempts: test.attempts}, test.repeatable, test.before)
		assert.Equal(t, test.want, got, "%v: %+v", test.err, test)
	}
}

func TestStage(t *testing.T) {
	for _, test := range []struct {
		result actors.Result
		want   actors.Stage
	}{
		{actors.Result{Err: context.Canceled}, actors.StageQueue},
		{actors.Result{Err: context.Canceled, Attempts: 1}, actors.StageRun},
		{actors.Result{Err: &actors.CancelledError{Stage: actors.StageHanded}, Attempts: 1}, actors.StageHanded},
		{actors.Result{Err: &actors.TaskTimeoutError{Stage: actors.StageStart}}, actors.StageStart},
	} {
		assert.Equal(t, test.want, stage(test.result), "%v", test.result.Err)
	}
}

func TestEndedKeepsWhatTheMemberSaid(t *testing.T) {
	cause := errors.New("not wanted")
	r := &route{ended: cause}
	said := &actors.CancelledError{Stage: actors.StageHanded, Err: cause}
	assert.Same(t, said, ended(r, actors.Result{Err: said}).Err)
	assert.Equal(t, &actors.CancelledError{Stage: actors.StageQueue, Err: cause}, ended(r, actors.Result{Err: cause}).Err)
	assert.NoError(t, ended(r, actors.Result{}).Err)
	assert.Equal(t, &actors.TaskError{}, ended(r, actors.Result{Err: &actors.TaskError{}}).Err)
	assert.Equal(t, &actors.CancelledError{Stage: actors.StageRun, Err: cause},
		ended(r, actors.Result{Err: actors.ErrMemberEnded, Attempts: 1}).Err)
	r.ended, r.limit = actors.ErrTaskTimeout, 5
	assert.Equal(t, &actors.TaskTimeoutError{Stage: actors.StageRun, Limit: 5},
		ended(r, actors.Result{Err: actors.ErrTaskTimeout, Attempts: 1}).Err)
}
