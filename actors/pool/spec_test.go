package pool

import (
	"testing"

	"github.com/hashicorp/go-multierror"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"brood/actors"
	"brood/actors/process"
)

func TestSpecListsEveryFault(t *testing.T) {
	_, err := Spec{Size: 0, Prefetch: -1, QueueLimit: -2, MaxAttempts: -3, PoisonLimit: -4,
		RepeatBackoff:   RepeatBackoff{Min: -1, Max: -2, Jitter: 2},
		QueueLimitBytes: -4, WhenFull: 3, Order: Order{Ageing: -1, KeyLimit: -5}}.Props()
	var faults *multierror.Error
	require.ErrorAs(t, err, &faults)
	var texts []string
	for _, fault := range faults.Errors {
		texts = append(texts, fault.Error())
	}
	assert.Equal(t, []string{
		"pool: Size is 0, want at least 1",
		"pool: Prefetch is -1, want at least 0",
		"pool: QueueLimit is -2, want at least 0",
		"pool: MaxAttempts is -3, want at least 0",
		"pool: QueueLimitBytes is -4, want at least 0",
		"pool: Order.KeyLimit is -5, want at least 0",
		"pool: PoisonLimit is -4, want at least 0",
		"pool: RepeatBackoff.Min is negative: -1ns",
		"pool: RepeatBackoff.Max is negative: -2ns",
		"pool: RepeatBackoff.Jitter is over 1: 2",
		"pool: Order.Ageing is -1ns, want at least 0",
		"pool: WhenFull is 3, want Refuse, Wait or PushOut",
	}, texts)
}

// What is counted from so many tasks on is not found in workers that take no more.
func TestGrowthNeedsWorkersThatTakeMoreTasks(t *testing.T) {
	for name, c := range map[string]struct {
		recycle Recycle
		want    string
	}{
		"more":              {Recycle{GrowthBytes: 1, AfterTasks: 101}, ""},
		"any number":        {Recycle{GrowthBytes: 1}, ""},
		"as many":           {Recycle{GrowthBytes: 1, AfterTasks: 100}, "from 100 tasks on, which AfterTasks 100 does"},
		"fewer":             {Recycle{GrowthBytes: 1, AfterTasks: 5, GrowthTasks: 10}, "from 10 tasks on, which AfterTasks 5 does"},
		"it is not counted": {Recycle{AfterTasks: 5}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := Spec{Size: 1, Recycle: c.recycle}.Props()
			if c.want == "" {
				assert.NoError(t, err)
				return
			}
			assert.ErrorContains(t, err, "pool: Recycle.GrowthBytes counts "+c.want+" not allow for")
		})
	}
}

func TestSpecsDefaults(t *testing.T) {
	h := open(t, Spec{Size: 1})
	h.seats[0].begin()
	for range DefaultQueueLimit + 1 {
		h.send(&process.Call{Task: task("x"), Done: make(chan actors.Result, 1), Pooled: true})
	}
	h.seats[0].holds("x") // the pool's turn has ended
	assert.Equal(t, Stats{
		Queued: DefaultQueueLimit, Held: 1, Size: 1, Min: 1, Max: 1,
		Workers:  []Worker{{PID: 100, Ready: true, Held: 1}},
		Outcomes: Outcomes{Submitted: DefaultQueueLimit + 1},
	}, untimed(h.stats()))
	_, err := h.client.Submit(t.Context(), task("one more"))
	assert.Equal(t, actors.ErrQueueFull, err)
}
