package bench

import (
	"testing"
	"time"

	"brood/tests/load"
)

// warmUp is the work that a new pool does before it is measured: its children
// have started and its buffers have grown then.
const warmUp = 100 * workers

// BenchmarkPool measures every contestant in every shape. Allocations are
// those of this process, without the children's; one of them is the result.
func BenchmarkPool(b *testing.B) {
	for _, shape := range shapes {
		for _, contestant := range contestants(b) {
			b.Run(shape.name+"/"+contestant.name, func(b *testing.B) {
				pool := open(b, contestant)
				b.ReportAllocs()
				b.ResetTimer()
				done, err := load.Drive(pool, shape.callers, load.AtMost(b.N))
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
func open(tb testing.TB, c contestant) load.Pool {
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
	if _, err := load.Drive(pool, workers, load.AtMost(warmUp)); err != nil {
		tb.Fatal(err)
	}
	return pool
}

const (
	rounds    = 9
	roundTime = 250 * time.Millisecond
)

// BenchmarkRatio lets all contestants take turns, and reports the speed of each
// and, as multiples, how it compares with the first and with the pool that
// speaks raw frames to the same kind of child: the median of the ratios of all
// rounds, so that what slows the machine down for a while slows all. Above 1
// the contestant is faster.
func BenchmarkRatio(b *testing.B) {
	for _, shape := range shapes {
		b.Run(shape.name, func(b *testing.B) {
			all := contestants(b)
			rates := takeTurns(b, all, rounds*b.N, shape.callers)
			b.ReportMetric(0, "ns/op") // of no meaning here
			for _, c := range all {
				b.ReportMetric(load.Median(rates[c.name]), c.name+"-tasks/s")
				for _, base := range []string{baselineName, "frames", "frames-c"} {
					if rates[base] != nil && base != c.name {
						b.ReportMetric(load.Median(load.Quotients(rates[c.name], rates[base])), c.name+"/"+base)
					}
				}
			}
		})
	}
}

// takeTurns measures each contestant once in each round, and returns the rates
// by name.
func takeTurns(b *testing.B, all []contestant, rounds, callers int) map[string][]float64 {
	b.Helper()
	pools := make([]load.Pool, len(all))
	for i, c := range all {
		pools[i] = open(b, c)
	}
	rates := make(map[string][]float64)
	for range rounds {
		for i, c := range all {
			rate, err := load.Rate(pools[i], callers, roundTime)
			if err != nil {
				b.Fatal(err)
			}
			rates[c.name] = append(rates[c.name], rate)
		}
	}
	return rates
}
