package bench

import (
	"errors"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"brood/tests/load"
	"brood/tests/rival"
)

// contestant is a kind of pool.
type contestant struct {
	name  string
	start func(workers int) (load.Pool, error)
}

const baselineName = "baseline" // the hand-written pool that speaks JSON

// contestants of BenchmarkPool and BenchmarkRatio. Those that speak to a child
// in C are left out where no compiler is.
func contestants(tb testing.TB) []contestant {
	all := []contestant{
		{baselineName, rival.JSON},
		{"json-pipelined", rival.PipelinedJSON},
		{"frames", rival.Frames("")},
		{"brood", rival.Brood{Prefetch: 1}.Start},
		{"brood-prefetch=4", rival.Brood{Prefetch: 4}.Start},
		{"brood-prefetch=16", rival.Brood{Prefetch: 16}.Start},
		{"brood-prefetch=64", rival.Brood{Prefetch: 64}.Start},
		{"brood-p256", rival.Brood{Prefetch: 256}.Start},
		{"brood-p1250", rival.Brood{Prefetch: 1250}.Start},
		{"brood-auto", rival.Brood{}.Start},
	}
	c, err := compiled()
	if errors.Is(err, rival.ErrNoCompiler) {
		return all
	}
	require.NoError(tb, err)
	return append(all,
		contestant{"frames-c", rival.Frames(c)},
		contestant{"brood-c-prefetch=1", rival.Brood{Program: c, Prefetch: 1}.Start},
		contestant{"brood-c-p256", rival.Brood{Program: c, Prefetch: 256}.Start},
		contestant{"brood-c-p1250", rival.Brood{Program: c, Prefetch: 1250}.Start},
		contestant{"brood-c-auto", rival.Brood{Program: c}.Start},
		contestant{"brood-c-prefetch=64", rival.Brood{Program: c, Prefetch: 64}.Start},
	)
}

// compiled returns the worker in C.
var compiled = sync.OnceValues(func() (rival.Program, error) { return rival.CompileC(scratch) })

// shape is a number of goroutines that submit one task after the other.
type shape struct {
	name    string
	callers int
}

var shapes = []shape{
	{"outstanding=1", 1},
	{"outstanding=64", 64},
	{"queued=5000", 5000},
}

const workers = 4
