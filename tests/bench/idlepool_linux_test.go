package bench

import (
	"testing"
	"time"

	"brood/tests/load"
	"brood/tests/rival"
)

// BenchmarkIdlePool reports what the owner of a pool uses in a second in which
// no task comes, after some have, in percent of one core: nothing may spin.
func BenchmarkIdlePool(b *testing.B) {
	pool := open(b, contestant{"brood", rival.Brood{Prefetch: 64}.Start})
	var shares []float64
	for b.Loop() {
		if _, err := load.Drive(pool, 64, load.AtMost(1000)); err != nil {
			b.Fatal(err)
		}
		coreShare(20 * time.Millisecond) // what ends with the tasks
		shares = append(shares, coreShare(time.Second))
	}
	b.ReportMetric(0, "ns/op")
	b.ReportMetric(load.Median(shares), "%-of-a-core")
}
