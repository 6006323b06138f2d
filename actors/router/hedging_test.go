package router

import (
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"brood/actors"
)

func newHedge(t *testing.T, members int) *bench {
	return newBench(t, Hedge{After: 50 * time.Millisecond}, members)
}

func TestHedgeTriesASecondMemberWhenTheFirstIsLate(t *testing.T) {
	b := newHedge(t, 3)
	call := b.submit(repeatable("x"))
	b.pass(49 * time.Millisecond)
	assert.Equal(t, "a", b.where())
	b.pass(time.Millisecond)
	assert.Equal(t, "ab", b.where())
	b.pass(time.Hour)
	assert.Equal(t, "ab", b.where(), "there is no third try")
	b.done("b")
	assert.Equal(t, "b err=<nil>", brief(b.results[call]))
	assert.Equal(t, []string{"a"}, b.recalls)
	assert.Equal(t, uint64(1), b.desk.wins)
	b.done("a") // late
	assert.Equal(t, "b err=<nil>", brief(b.results[call]))
}

func TestHedgeWhoseFirstTryWins(t *testing.T) {
	b := newHedge(t, 2)
	call := b.submit(repeatable("x"))
	b.pass(50 * time.Millisecond)
	b.done("a")
	assert.Equal(t, "a err=<nil>", brief(b.results[call]))
	assert.Equal(t, []string{"b"}, b.recalls)
	assert.Zero(t, b.desk.wins)
}

func TestHedgeLeavesAloneWhatMayNotBeRepeated(t *testing.T) {
	b := newHedge(t, 2)
	b.submit(task("x"))
	_, due := b.desk.due()
	assert.False(t, due)
	b.desk.tick(b.now.Add(time.Hour))
	assert.Equal(t, "a", b.where())
}

func TestHedgeNeedsAnotherMember(t *testing.T) {
	b := newHedge(t, 1)
	call := b.submit(repeatable("x"))
	b.pass(time.Hour)
	assert.Equal(t, "a", b.where())
	assert.Zero(t, b.desk.hedges)
	b.done("a")
	assert.NoError(t, b.results[call].Err)
}

func TestHedgeAnErrorOfOneTryIsNotTheAnswerWhileTheOtherRuns(t *testing.T) {
	died := &actors.WorkerExitedError{MayHaveRun: true}
	for _, test := range []struct {
		name string
		err  error
		over bool
	}{{"the handler failed", failure("a"), true}, {"its worker died", died, false}, {"it was refused", actors.ErrQueueFull, false}} {
		t.Run(test.name, func(t *testing.T) {
			b := newHedge(t, 2)
			call := b.submit(repeatable("x"))
			b.pass(50 * time.Millisecond)
			result := actors.Result{Err: test.err, Attempts: 1}
			if errors.Is(test.err, actors.ErrQueueFull) {
				result.Attempts = 0
			}
			b.desk.settle(b.at("a"), result)
			if test.over {
				assert.Equal(t, test.err, b.results[call].Err)
				return
			}
			b.open(call)
			b.done("b")
			assert.NoError(t, b.results[call].Err)
		})
	}
}

func TestHedgeFollowsThe95thPercentile(t *testing.T) {
	b := newHedge(t, 2)
	for range latencyLeast {
		b.submit(repeatable("x"))
		b.pass(3 * time.Millisecond)
		b.done(b.where())
	}
	b.submit(repeatable("late"))
	before := b.where()
	b.pass(3*time.Millisecond - 1)
	assert.Equal(t, before, b.where())
	b.pass(1)
	assert.Len(t, b.where(), 2)
}

// TestHedgeDoesNotDoubleAnOverload: if nobody answers in time any more, there are
// no more second tries than the budget has.
func TestHedgeDoesNotDoubleAnOverload(t *testing.T) {
	const tasks = 1000
	b := newBench(t, Hedge{After: 50 * time.Millisecond, Percent: 20}, 4)
	b.desk.limit = tasks
	for range tasks {
		b.submit(repeatable("x"))
		b.pass(time.Second)
	}
	assert.LessOrEqual(t, b.desk.hedges, uint64(tasks*20/100+budgetMost))
	assert.Greater(t, b.desk.hedges, uint64(tasks*20/100-budgetMost))
	assert.Len(t, b.tries, tasks+int(b.desk.hedges))
}

// TestHedgeCountsWhatWasOvertaken: the time of a first try that lost is at least
// what had passed, or the percentile would sink with each second try.
func TestHedgeCountsWhatWasOvertaken(t *testing.T) {
	b := newHedge(t, 2)
	for range latencyLeast {
		b.submit(repeatable("x"))
		first := b.where()
		b.pass(70 * time.Millisecond)
		second := b.where()[1:]
		if second != "" {
			b.done(second)
		}
		b.done(first)
	}
	assert.Equal(t, latencyLeast, b.desk.latencies.taken)
	assert.Equal(t, 70*time.Millisecond, b.desk.latencies.p95)
}
