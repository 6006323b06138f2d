package bench

import (
	"fmt"
	"os/exec"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"brood/ptyio"
	"brood/runtime"
)

// BenchmarkSampling reports what it costs the owner to sample children that do
// nothing, in percent of one core, taken from getrusage(2): what sampling one
// Runtime's children every second takes over what the same Runtime takes when
// nobody asks.
func BenchmarkSampling(b *testing.B) {
	for _, level := range []ptyio.Level{ptyio.LevelCgroup, ptyio.LevelMarks, ptyio.LevelGroup} {
		for _, children := range []int{100, 1000} {
			b.Run(fmt.Sprintf("%s/children=%d", level, children), func(b *testing.B) {
				rt, p := sleepers(b, level, children)
				for b.Loop() {
					quiet := coreShare(samplingTime)
					p.Samples() // from now on they are sampled
					coreShare(2 * time.Second)
					b.ReportMetric(coreShare(samplingTime)-quiet, "%-of-a-core")
				}
				b.ReportMetric(0, "ns/op")
				require.Greater(b, len(p.Samples()), 5)
				require.NoError(b, rt.Shutdown(b.Context()))
			})
		}
	}
}

const samplingTime = 10 * time.Second

// sleepers starts so many children at the level.
func sleepers(b *testing.B, level ptyio.Level, children int) (*runtime.Runtime, *runtime.Process) {
	b.Helper()
	rt, err := runtime.New(runtime.Options{})
	require.NoError(b, err)
	path, err := exec.LookPath("sleep")
	require.NoError(b, err)
	var p *runtime.Process
	for range children {
		p, err = rt.Start(b.Context(), runtime.ProcessSpec{Command: runtime.Command{
			Path: path, Args: []string{"100000"}, Containment: runtime.Containment{Limit: level},
		}})
		require.NoError(b, err)
		if p.Level() != level {
			b.Skipf("this machine gives %s", p.Level())
		}
	}
	return rt, p
}

// coreShare waits and returns what this process used meanwhile, in percent of
// one core.
func coreShare(wait time.Duration) float64 {
	began, before := time.Now(), ownCPU()
	time.Sleep(wait)
	return 100 * float64(ownCPU()-before) / float64(time.Since(began))
}

func ownCPU() time.Duration {
	var usage syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &usage); err != nil {
		panic(err)
	}
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
}
