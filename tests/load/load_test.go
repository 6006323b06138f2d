package load

import (
	"context"
	"errors"
	"os"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"brood/tests/leak"
)

func TestMain(m *testing.M) { os.Exit(leak.Run(m)) }

// fake is a pool whose answers are made by a function.
type fake func(payload []byte) ([]byte, error)

func (f fake) Submit(_ context.Context, payload []byte) ([]byte, error) { return f(payload) }
func (f fake) Close() error                                             { return nil }

func TestDriveCountsTheAnswers(t *testing.T) {
	seen := make(map[string]bool)
	echo := fake(func(payload []byte) ([]byte, error) {
		seen[string(payload)] = true
		return append([]byte(nil), payload...), nil
	})
	done, err := Drive(echo, 1, AtMost(10))
	require.NoError(t, err)
	assert.Equal(t, 10, done)
	assert.Len(t, seen, 10, "each task is another")
}

func TestDriveReportsAWrongAnswer(t *testing.T) {
	swapped := fake(func(payload []byte) ([]byte, error) {
		reply := append([]byte(nil), payload...)
		reply[7]++ // the answer to the task after it
		return reply, nil
	})
	done, err := Drive(swapped, 1, AtMost(10))
	assert.Zero(t, done)
	assert.ErrorContains(t, err, "load: sent")
}

func TestDriveReportsAnError(t *testing.T) {
	broken := errors.New("broken")
	_, err := Drive(fake(func([]byte) ([]byte, error) { return nil, broken }), 64, AtMost(1000))
	assert.ErrorIs(t, err, broken)
}

// slow is a pool whose answers take as long.
func slow(d time.Duration) Pool {
	return fake(func(payload []byte) ([]byte, error) {
		<-time.After(d)
		return payload, nil
	})
}

func TestRateAndLatencies(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		rate, err := Rate(slow(3*time.Millisecond), 6, 300*time.Millisecond-time.Nanosecond)
		require.NoError(t, err)
		assert.InDelta(t, 2000, rate, 1e-6)
		all, err := Latencies(slow(time.Millisecond), 10*time.Millisecond)
		require.NoError(t, err)
		assert.Len(t, all, 10)
		assert.Equal(t, time.Millisecond, Percentile(all, 99))
	})
}

func TestArithmetic(t *testing.T) {
	assert.Equal(t, 3.0, Median([]float64{9, 1, 3}))
	assert.Zero(t, Median(nil))
	assert.Equal(t, 10, Percentile([]int{1, 2, 3, 4, 5, 6, 7, 8, 9, 10}, 99))
	assert.Equal(t, []float64{2, 0.5}, Quotients([]float64{4, 1}, []float64{2, 2}))
}

// What callers need until they are at work is not counted.
func TestForBeginsWhenAllAreAtWork(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var came atomic.Int64
		late := fake(func(payload []byte) ([]byte, error) {
			if n := came.Add(1); n <= 6 {
				time.Sleep(time.Duration(n) * time.Second)
			}
			time.Sleep(3 * time.Millisecond)
			return payload, nil
		})
		tasks, took, err := For(late, 6, 300*time.Millisecond-time.Nanosecond)
		require.NoError(t, err)
		assert.Equal(t, 600, tasks)
		assert.Equal(t, 300*time.Millisecond, took)
	})
	_, _, err := For(fake(func([]byte) ([]byte, error) { return nil, nil }), 6, time.Hour)
	assert.ErrorContains(t, err, "sent", "a wrong answer ends it, also the first")
}
