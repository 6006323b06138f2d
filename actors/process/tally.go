package process

import (
	"errors"
	"sync/atomic"

	"brood/actors"
)

// Outcome is what kind of answer a task got.
type Outcome uint8

// The outcomes.
const (
	// OutcomeDone: the child answered.
	OutcomeDone Outcome = iota
	// OutcomeFailed: the child's handler answered with an error.
	OutcomeFailed
	// OutcomeQueueFull and OutcomePushedOut: there was no room in the queue.
	OutcomeQueueFull
	OutcomePushedOut
	// OutcomeLateInQueue, OutcomeLateInStart and OutcomeLateInRun: a clock ended it
	// while it waited, while no worker was ready, or when a worker had it.
	OutcomeLateInQueue
	OutcomeLateInStart
	OutcomeLateInRun
	// OutcomeCancelled: its submitter gave it up.
	OutcomeCancelled
	// OutcomeWorkerExited: the worker died while holding it.
	OutcomeWorkerExited
	// OutcomePoison: it was set aside.
	OutcomePoison
	// OutcomeStopping: the pool was stopping, or given up.
	OutcomeStopping
	// OutcomeOther is everything else, such as a task that is too large.
	OutcomeOther

	outcomes = 16 // room for more, and two cache lines
)

// stripes keeps the answers of different members from sharing cache lines.
const stripes = 4

// Tally counts answers by outcome. The zero value counts from zero. Safe for
// concurrent use.
type Tally struct {
	stripes [stripes][outcomes]atomic.Uint64
}

// Sum returns how many answers had the outcome.
func (t *Tally) Sum(o Outcome) (n uint64) {
	for i := range t.stripes {
		n += t.stripes[i][o].Load()
	}
	return n
}

// Total returns how many answers there were.
func (t *Tally) Total() (n uint64) {
	for o := range OutcomeOther + 1 {
		n += t.Sum(o)
	}
	return n
}

func (t *Tally) count(member int, err error) {
	t.stripes[uint(member)%stripes][outcomeOf(err)].Add(1)
}

// outcomeOf names the outcome of an answer with this error.
func outcomeOf(err error) Outcome {
	if err == nil {
		return OutcomeDone
	}
	if errors.Is(err, actors.ErrCancelled) { // with whatever its submitter gave as the cause
		return OutcomeCancelled
	}
	var late *actors.TaskTimeoutError
	if errors.As(err, &late) {
		return lateOutcome(late.Stage)
	}
	for _, kind := range outcomeKinds {
		if errors.Is(err, kind.err) {
			return kind.outcome
		}
	}
	return OutcomeOther
}

func lateOutcome(stage actors.Stage) Outcome {
	switch stage {
	case actors.StageDoor, actors.StageQueue:
		return OutcomeLateInQueue
	case actors.StageStart:
		return OutcomeLateInStart
	}
	return OutcomeLateInRun
}

// outcomeKinds are asked in this order: poison is a kind of worker exited, and
// what never started was given up.
var outcomeKinds = [...]struct {
	err     error
	outcome Outcome
}{
	{actors.ErrTaskFailed, OutcomeFailed},
	{actors.ErrPoison, OutcomePoison},
	{actors.ErrWorkerExited, OutcomeWorkerExited},
	{actors.ErrQueueFull, OutcomeQueueFull},
	{actors.ErrPushedOut, OutcomePushedOut},
	{actors.ErrStopping, OutcomeStopping},
	{actors.ErrNeverStarted, OutcomeStopping},
	{actors.ErrGaveUp, OutcomeStopping},
}
