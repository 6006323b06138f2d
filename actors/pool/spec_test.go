package pool

import (
	"testing"

	"github.com/hashicorp/go-multierror"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"brood/actors"
)

func TestSpecListsEveryFault(t *testing.T) {
	_, err := Spec{Size: 0, Prefetch: -1, QueueLimit: -2, MaxAttempts: -3}.Props()
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
	}, texts)
}

func TestSpecsDefaults(t *testing.T) {
	h := open(t, Spec{Size: 1})
	h.seats[0].begin()
	for range DefaultQueueLimit + 1 {
		h.send(h.client.call(task("x")))
	}
	h.seats[0].holds("x") // the pool's turn has ended
	assert.Equal(t, Stats{Queued: DefaultQueueLimit, Held: 1, Size: 1, Min: 1, Max: 1,
		Workers: []Worker{{PID: 100, Ready: true, Held: 1}}}, untimed(h.stats()))
	_, err := h.client.Submit(t.Context(), task("one more"))
	assert.Equal(t, actors.ErrQueueFull, err)
}
