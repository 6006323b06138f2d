package bench

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"brood/runtime"
	"brood/tests/load"
	"brood/tests/rival"
)

// recoveries is how many workers are killed for one number.
const recoveries = 15

// BenchmarkRecovery reports how long it takes from SIGKILL of a pool's only
// worker to the first answer of its replacement, and as a multiple of what the
// program takes at the least: from a start by hand to its first answer. They
// take turns. In pause=none the Backoff has no pause, in pause=default it is that
// of a pool, which leaves out the first.
func BenchmarkRecovery(b *testing.B) {
	programs := map[string]rival.Program{"go": ""}
	if c, err := compiled(); err == nil {
		programs["c"] = c
	}
	for name, program := range programs {
		for pause, backoff := range map[string]runtime.Backoff{"none": {Min: -1}, "default": {}} {
			b.Run(name+"/pause="+pause, func(b *testing.B) {
				var bare, pool []float64
				for range recoveries * b.N {
					took, err := rival.FirstAnswer(program)
					require.NoError(b, err)
					bare = append(bare, float64(took))
					pool = append(pool, float64(recover1(b, rival.Brood{Program: program, Backoff: backoff})))
				}
				b.ReportMetric(0, "ns/op")
				b.ReportMetric(load.Median(bare)/1e6, "bare-ms")
				b.ReportMetric(load.Median(pool)/1e6, "pool-ms")
				b.ReportMetric(load.Median(load.Quotients(pool, bare)), "pool/bare")
			})
		}
	}
}

// atWork is for how long a pool works before its worker is killed: a program that has
// just started is still busy with that, and starts the guardian of its children.
const atWork = 100 * time.Millisecond

// recover1 starts a new pool for each kill, for the pause grows with them.
func recover1(b *testing.B, spec rival.Brood) time.Duration {
	pool, err := spec.Start(1)
	require.NoError(b, err)
	_, err = load.Rate(pool, 1, atWork)
	require.NoError(b, err)
	took, err := pool.(*rival.BroodPool).Recover()
	require.NoError(b, err)
	require.NoError(b, pool.Close())
	return took
}
