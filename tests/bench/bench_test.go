package bench

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"brood/tests/leak"
)

func TestContestantsAnswerEveryTask(t *testing.T) {
	for _, contestant := range contestants {
		t.Run(contestant.name, func(t *testing.T) {
			const tasks = 2000
			done, err := drive(open(t, contestant), 64, atMost(tasks))
			require.NoError(t, err)
			assert.Equal(t, tasks, done)
		})
		require.Eventually(t, func() bool { return len(leak.Children()) == 0 }, 5*time.Second, time.Millisecond,
			"%s left children", contestant.name)
	}
}

// fake is a pool whose answers are made by a function.
type fake func(payload []byte) ([]byte, error)

func (f fake) Submit(_ context.Context, payload []byte) ([]byte, error) { return f(payload) }
func (f fake) Close() error                                             { return nil }

func TestDriveReportsAWrongAnswer(t *testing.T) {
	swapped := fake(func(payload []byte) ([]byte, error) {
		reply := append([]byte(nil), payload...)
		reply[7]++ // the answer to the task after it
		return reply, nil
	})
	done, err := drive(swapped, 1, atMost(10))
	assert.Zero(t, done)
	assert.ErrorContains(t, err, "bench: sent")
}

func TestDriveReportsAnError(t *testing.T) {
	broken := errors.New("broken")
	_, err := drive(fake(func([]byte) ([]byte, error) { return nil, broken }), 64, atMost(1000))
	assert.ErrorIs(t, err, broken)
}

func TestMedianAndQuotients(t *testing.T) {
	assert.Equal(t, 3.0, median([]float64{9, 1, 3}))
	assert.Equal(t, []float64{2, 0.5}, quotients([]float64{4, 1}, []float64{2, 2}))
}
