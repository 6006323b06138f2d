package bench

import (
	"bytes"
	"context"
	"encoding/binary"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"brood/actors"
)

// BenchmarkBatch lets tasks that come in batches take turns with single calls
// on pools of the same kind, with as many tasks outstanding, and reports the
// speed as a multiple of the single calls'.
func BenchmarkBatch(b *testing.B) {
	for _, shape := range []struct{ callers, size int }{{1, 64}, {4, 16}, {4, 64}, {1, 5000}, {5, 1000}} {
		b.Run(fmt.Sprintf("callers=%d/size=%d", shape.callers, shape.size), func(b *testing.B) {
			single := open(b, contestants[2])
			batches := open(b, contestants[2]).(*broodPool)
			var rates [2][]float64
			for range rounds * b.N {
				rates[0] = append(rates[0], rate(b, single, shape.callers*shape.size))
				rates[1] = append(rates[1], batchRate(b, batches, shape.callers, shape.size))
			}
			b.ReportMetric(0, "ns/op") // of no meaning here
			b.ReportMetric(median(rates[0]), "single-tasks/s")
			b.ReportMetric(median(rates[1]), "batch-tasks/s")
			b.ReportMetric(median(quotients(rates[1], rates[0])), "batch/single")
		})
	}
}

// batchRate returns how many tasks a second pool answers during one round, in
// batches of size.
func batchRate(tb testing.TB, pool *broodPool, callers, size int) float64 {
	tb.Helper()
	began := time.Now()
	var all sync.WaitGroup
	var done atomic.Int64
	for range callers {
		all.Go(func() {
			tasks := make([]actors.Task, size)
			for i := range tasks {
				tasks[i].Payload = bytes.Repeat([]byte{'.'}, payloadBytes)
			}
			for more := during(roundTime); more(); done.Add(int64(size)) {
				for i := range tasks {
					binary.BigEndian.PutUint64(tasks[i].Payload, uint64(i))
				}
				if err := askAll(pool, tasks); err != nil {
					tb.Error(err)
					return
				}
			}
		})
	}
	all.Wait()
	return float64(done.Load()) / time.Since(began).Seconds()
}

// askAll submits a batch and checks the answers.
func askAll(pool *broodPool, tasks []actors.Task) error {
	results, err := pool.pool.SubmitBatch(context.Background(), tasks)
	for i, result := range results {
		if result.Err != nil {
			return result.Err
		}
		if !bytes.Equal(result.Payload, tasks[i].Payload) {
			return fmt.Errorf("bench: sent %q, got %q", tasks[i].Payload, result.Payload)
		}
	}
	return err
}
