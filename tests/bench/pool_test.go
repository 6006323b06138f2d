package bench

import (
	"slices"
	"testing"
	"time"
)

// warmUp is the work that a new pool does before it is measured: its children
// have started and its buffers have grown then.
const warmUp = 100 * workers

// BenchmarkPool measures every contestant in every shape. Allocations are
// those of this process, without the children's.
func BenchmarkPool(b *testing.B) {
	for _, shape := range shapes {
		for _, contestant := range contestants {
			b.Run(shape.name+"/"+contestant.name, func(b *testing.B) {
				pool := open(b, contestant)
				b.ReportAllocs()
				b.ResetTimer()
				done, err := drive(pool, shape.callers, atMost(b.N))
				b.StopTimer()
				if err != nil || done != b.N {
					b.Fatalf("%d of %d tasks answered: %v", done, b.N, err)
				}
				b.ReportMetric(float64(done)/b.Elapsed().Seconds(), "tasks/s")
			})
		}
	}
}

// open starts a contestant's pool, warms it up, and closes it with the test.
func open(tb testing.TB, c contestant) submitter {
	tb.Helper()
	pool, err := c.start(workers)
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() {
		if err := pool.Close(); err != nil {
			tb.Error(err)
		}
	})
	if _, err := drive(pool, workers, atMost(warmUp)); err != nil {
		tb.Fatal(err)
	}
	return pool
}

const (
	rounds    = 9
	roundTime = 250 * time.Millisecond
)

// BenchmarkRatio lets every contestant take turns with the baseline and
// reports its speed as a multiple of the baseline's: the median of the ratios
// of all rounds, so that what slows the machine down for a while slows both.
// Above 1 the contestant is faster.
func BenchmarkRatio(b *testing.B) {
	if len(contestants) == 1 {
		b.Skip("the baseline has no rival")
	}
	for _, shape := range shapes {
		for _, rival := range contestants[1:] {
			b.Run(shape.name+"/"+rival.name, func(b *testing.B) {
				pools := []submitter{open(b, contestants[0]), open(b, rival)}
				var rates [2][]float64
				for range rounds * b.N {
					for i, pool := range pools {
						rates[i] = append(rates[i], rate(b, pool, shape.callers))
					}
				}
				b.ReportMetric(0, "ns/op") // of no meaning here
				b.ReportMetric(median(rates[0]), contestants[0].name+"-tasks/s")
				b.ReportMetric(median(rates[1]), rival.name+"-tasks/s")
				b.ReportMetric(median(quotients(rates[1], rates[0])), rival.name+"/"+contestants[0].name)
			})
		}
	}
}

// rate returns how many tasks a second pool answers during one round.
func rate(tb testing.TB, pool submitter, callers int) float64 {
	tb.Helper()
	began := time.Now()
	done, err := drive(pool, callers, during(roundTime))
	if err != nil {
		tb.Fatal(err)
	}
	return float64(done) / time.Since(began).Seconds()
}

// quotients divides a by b, element by element.
func quotients(a, b []float64) []float64 {
	q := make([]float64, len(a))
	for i := range a {
		q[i] = a[i] / b[i]
	}
	return q
}

// median returns the middle one of values, and of two the greater.
func median(values []float64) float64 {
	sorted := slices.Sorted(slices.Values(values))
	return sorted[len(sorted)/2]
}
