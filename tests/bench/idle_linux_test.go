package bench

import (
	"bufio"
	"context"
	"io"
	"os/exec"
	"testing"

	"github.com/stretchr/testify/require"

	"brood/runtime"
)

// idlers is how many idle children BenchmarkIdleChildren has at once.
const idlers = 1000

// BenchmarkIdleChildren reports what one child that does nothing costs its
// owner, in bytes of heap and stacks: all that runtime.Start makes for it, with
// its supervisor, beside os/exec with three pipes and a goroutine for each
// output. A child is cat: it waits for its input. What the Runtime itself costs,
// once, is not in it: about 3 MiB, most of which is the registry of its actor
// system.
func BenchmarkIdleChildren(b *testing.B) {
	for name, prepare := range map[string]func(b *testing.B) (start func(n int) (stop func())){
		"brood":   idleBrood,
		"os-exec": idleExec,
	} {
		b.Run(name, func(b *testing.B) {
			for range b.N {
				start := prepare(b)
				before := footprint()
				stop := start(idlers)
				after := footprint()
				stop()
				b.ReportMetric(float64(after-before)/idlers, "bytes/child")
			}
			b.ReportMetric(0, "ns/op")
		})
	}
}

func idleBrood(b *testing.B) func(int) func() {
	rt, err := runtime.New(runtime.Options{})
	require.NoError(b, err)
	return func(n int) func() {
		for range n {
			_, err := rt.Start(context.Background(), runtime.ProcessSpec{Command: runtime.Command{Path: "cat"}})
			require.NoError(b, err)
		}
		return func() { require.NoError(b, rt.Shutdown(context.Background())) }
	}
}

// idleExec is what a good Go programmer writes by hand.
func idleExec(b *testing.B) func(int) func() {
	return func(n int) func() {
		stops := make([]func(), n)
		for i := range stops {
			stops[i] = execCat(b)
		}
		return func() {
			for _, stop := range stops {
				stop()
			}
		}
	}
}

func execCat(b *testing.B) (stop func()) {
	cmd := exec.Command("cat")
	stdin, err := cmd.StdinPipe()
	require.NoError(b, err)
	stdout, err := cmd.StdoutPipe()
	require.NoError(b, err)
	stderr, err := cmd.StderrPipe()
	require.NoError(b, err)
	require.NoError(b, cmd.Start())
	done := make(chan error, 2) // one for each output
	go func() { done <- readLines(stdout) }()
	go func() { _, err := io.Copy(io.Discard, stderr); done <- err }()
	return func() {
		_ = stdin.Close()
		<-done
		<-done
		require.NoError(b, cmd.Wait())
	}
}

func readLines(r io.Reader) error {
	lines := bufio.NewScanner(r)
	for lines.Scan() {
	}
	return lines.Err()
}
