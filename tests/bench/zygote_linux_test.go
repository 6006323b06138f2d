package bench

import (
	"context"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"brood/actors"
	"brood/runtime"
	"brood/runtime/worker/python"
	"brood/tests/load"
)

// BenchmarkZygote takes the time from the end of a worker in Python to the first
// answer of the one in its place: of one that is started cold, and of one that is
// forked from a zygote, by turns.
func BenchmarkZygote(b *testing.B) {
	said, err := exec.Command("python3", "-c", "import sys; print(sys.executable)").Output()
	if err != nil {
		b.Skip("no python3")
	}
	sdk := b.TempDir()
	require.NoError(b, python.WriteTo(sdk))
	command := runtime.Command{
		Path: strings.TrimSpace(string(said)),
		Args: []string{"testdata/heavy.py"},
		Env:  runtime.Env{Set: map[string]string{"PYTHONPATH": sdk}, Unset: []string{"PYTHONDONTWRITEBYTECODE"}},
	}
	rt, err := runtime.New(runtime.Options{})
	require.NoError(b, err)
	b.Cleanup(func() { require.NoError(b, rt.Shutdown(context.Background())) })
	var pools [2]*runtime.Pool
	for i, zygote := range []bool{false, true} {
		pools[i], err = rt.StartPool(b.Context(), runtime.PoolSpec{
			Command: command, Zygote: zygote, Size: 1,
			Intensity: 1 << 20, Period: time.Second, Backoff: runtime.Backoff{Min: -1},
		})
		require.NoError(b, err)
		replaced(b, pools[i]) // warm
	}
	var cold, forked []float64
	for b.Loop() {
		for range rounds {
			cold, forked = append(cold, replaced(b, pools[0])), append(forked, replaced(b, pools[1]))
		}
	}
	b.ReportMetric(0, "ns/op") // of no meaning here
	b.ReportMetric(load.Median(cold)*1e3, "cold-ms")
	b.ReportMetric(load.Median(forked)*1e3, "forked-ms")
	b.ReportMetric(load.Median(load.Quotients(cold, forked)), "cold/forked")
}

// replaced ends a pool's one worker and returns how long it takes, in seconds,
// until the next one has answered.
func replaced(b *testing.B, pool *runtime.Pool) float64 {
	_, err := pool.Submit(b.Context(), actors.Task{Payload: []byte("exit")})
	require.ErrorIs(b, err, actors.ErrWorkerExited)
	ended := time.Now()
	_, err = pool.Submit(b.Context(), actors.Task{Payload: []byte("x")})
	require.NoError(b, err)
	return time.Since(ended).Seconds()
}
