package bench

import (
	"bufio"
	"bytes"
	"context"
	"os"
	"os/exec"
	"testing"

	"github.com/stretchr/testify/require"

	"brood/actors"
	brood "brood/runtime"
)

// The lines of BenchmarkLines: of 80 bytes with their end, 256 MiB in all.
const (
	lineBytes  = 80
	linesTotal = 256 << 20 / lineBytes
)

// printerName is the child that prints them, as fast as it can.
const printerName = "printer"

func printLines() error {
	line := append(bytes.Repeat([]byte{'x'}, lineBytes-1), '\n')
	block := bytes.Repeat(line, 64<<10/lineBytes)
	for left := linesTotal * lineBytes; left > 0; left -= len(block) {
		if _, err := os.Stdout.Write(block[:min(left, len(block))]); err != nil {
			return err
		}
	}
	return nil
}

// BenchmarkLines reports how many lines a second reach a function: by
// ProcessSpec.Lines, beside a bufio.Scanner over os/exec.
func BenchmarkLines(b *testing.B) {
	for name, count := range map[string]func(b *testing.B, path string) int{
		"brood":   linesBrood,
		"os-exec": linesExec,
	} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			b.SetBytes(linesTotal * lineBytes)
			self, err := os.Executable()
			require.NoError(b, err)
			for b.Loop() {
				require.Equal(b, linesTotal, count(b, self))
			}
			b.ReportMetric(float64(linesTotal)*float64(b.N)/b.Elapsed().Seconds()/1e6, "Mlines/s")
		})
	}
}

func linesBrood(b *testing.B, path string) int {
	rt, err := brood.New(brood.Options{})
	require.NoError(b, err)
	n := 0
	p, err := rt.Start(context.Background(), brood.ProcessSpec{
		Command: brood.Command{Path: path, Env: brood.Env{Set: map[string]string{childName: printerName}}},
		Restart: brood.Temporary,
		Lines: func(line actors.Line) {
			if len(line.Text) == lineBytes-1 {
				n++
			}
		},
	})
	require.NoError(b, err)
	_, err = p.Wait(context.Background())
	require.NoError(b, err)
	require.NoError(b, rt.Shutdown(context.Background()))
	return n
}

func linesExec(b *testing.B, path string) int {
	cmd := exec.Command(path)
	cmd.Env = append(os.Environ(), childName+"="+printerName)
	out, err := cmd.StdoutPipe()
	require.NoError(b, err)
	require.NoError(b, cmd.Start())
	n := 0
	for lines := bufio.NewScanner(out); lines.Scan(); {
		if len(lines.Bytes()) == lineBytes-1 {
			n++
		}
	}
	require.NoError(b, cmd.Wait())
	return n
}
