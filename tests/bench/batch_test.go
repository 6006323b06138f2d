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
	"brood/runtime"
	"brood/tests/load"
	"brood/tests/rival"
)

// BenchmarkBatch lets batch calls, and a Map, take turns with single calls on
// pools of the same kind, with as many tasks outstanding, and reports their speed
// as a multiple of the single calls'.
func BenchmarkBatch(b *testing.B) {
	for _, shape := range []struct{ callers, size int }{{1, 64}, {4, 64}, {1, 5000}, {5, 1000}} {
		b.Run(fmt.Sprintf("callers=%d/size=%d", shape.callers, shape.size), func(b *testing.B) {
			brood := contestant{"brood", rival.Brood{}.Start}
			pools := [3]load.Pool{open(b, brood), open(b, brood), open(b, brood)}
			var rates [3][]float64
			for range rounds * b.N {
				single, err := load.Rate(pools[0], shape.callers*shape.size, roundTime)
				if err != nil {
					b.Fatal(err)
				}
				rates[0] = append(rates[0], single)
				rates[1] = append(rates[1], batchRate(b, pools[1].(*rival.BroodPool), shape.callers, shape.size))
				rates[2] = append(rates[2], mapRate(b, pools[2].(*rival.BroodPool), shape.callers*shape.size))
			}
			b.ReportMetric(0, "ns/op") // of no meaning here
			for i, name := range []string{"single", "batch", "map"} {
				b.ReportMetric(load.Median(rates[i]), name+"-tasks/s")
			}
			b.ReportMetric(load.Median(load.Quotients(rates[1], rates[0])), "batch/single")
			b.ReportMetric(load.Median(load.Quotients(rates[2], rates[0])), "map/single")
		})
	}
}

const payloadBytes = 100

// batchRate returns how many tasks a second a pool answers during one round, in
// batches of size.
func batchRate(tb testing.TB, pool *rival.BroodPool, callers, size int) float64 {
	tb.Helper()
	var (
		all  sync.WaitGroup
		done atomic.Int64
	)
	began := time.Now()
	for range callers {
		all.Go(func() {
			payloads := make([][]byte, size)
			for i := range payloads {
				payloads[i] = numbered(i)
			}
			for time.Since(began) < roundTime {
				if err := pool.SubmitBatch(context.Background(), payloads); err != nil {
					tb.Error(err)
					return
				}
				done.Add(int64(size))
			}
		})
	}
	all.Wait()
	return float64(done.Load()) / time.Since(began).Seconds()
}

// raw is a codec of bytes.
type raw struct{}

func (raw) Encode(v any) ([]byte, error) { return v.([]byte), nil }

func (raw) Decode(data []byte, v any) error {
	*v.(*[]byte) = data
	return nil
}

// mapRate returns how many tasks a second a Map makes during one round, with so
// many under way.
func mapRate(tb testing.TB, pool *rival.BroodPool, window int) float64 {
	tb.Helper()
	echo := runtime.Method[[]byte, []byte]{To: pool.Pool(), Codec: raw{}, Task: actors.Task{}}
	began, pulled, done := time.Now(), 0, 0
	requests := func(yield func([]byte) bool) {
		for time.Since(began) < roundTime && yield(numbered(pulled)) {
			pulled++
		}
	}
	for resp, err := range echo.Map(context.Background(), requests, runtime.MapOptions{Concurrency: window}) {
		if err != nil || !bytes.Equal(resp, numbered(done)) {
			tb.Fatalf("%d: got %q, %v", done, resp, err)
		}
		done++
	}
	return float64(done) / time.Since(began).Seconds()
}

func numbered(n int) []byte {
	payload := bytes.Repeat([]byte{'.'}, payloadBytes)
	binary.BigEndian.PutUint64(payload, uint64(n))
	return payload
}
