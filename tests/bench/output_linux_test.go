package bench

import (
	"fmt"
	"io"
	"os"
	"os/exec"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"brood/ptyio"
	"brood/tests/load"
)

// bulkBytes is what a child prints in one round of BenchmarkOutputRatio.
const bulkBytes = 256 << 20

// flooder prints that much.
var flooder = ptyio.Command{Path: "head", Args: []string{"-c", fmt.Sprint(bulkBytes), "/dev/zero"}}

// reader is a way to get what a child prints.
type reader struct {
	name string
	read func()
}

// BenchmarkOutputRatio lets brood and what it is compared with take turns:
// bytes out of a pipe beside a loop over os.File with the same buffer, lines to
// a function beside a bufio.Scanner over os/exec; and says how fast a raw
// terminal is.
func BenchmarkOutputRatio(b *testing.B) {
	self, err := os.Executable()
	require.NoError(b, err)
	b.Run("bytes", func(b *testing.B) {
		compareReaders(b, bulkBytes, []reader{
			{"os.File", func() { readByFile(b) }},
			{"brood", func() { receiveAll(b, ptyio.Pipes{}) }},
		})
	})
	b.Run("lines", func(b *testing.B) {
		compareReaders(b, linesTotal, []reader{
			{"Scanner", func() { linesExec(b, self) }},
			{"brood", func() { linesBrood(b, self) }},
		})
	})
	b.Run("terminal", func(b *testing.B) {
		compareReaders(b, bulkBytes, []reader{{"pty", func() { receiveAll(b, ptyio.PTY{Raw: true}) }}})
	})
}

// compareReaders reports how many of n things the first reads in a second, and how
// the others compare. Each round begins with another one: who follows whom shows.
func compareReaders(b *testing.B, n int, all []reader) {
	rates := make([][]float64, len(all))
	for round := range 3 * rounds * b.N {
		for i := range all {
			i = (i + round) % len(all)
			rates[i] = append(rates[i], perSecond(n, all[i].read))
		}
	}
	b.ReportMetric(0, "ns/op") // of no meaning here
	b.ReportMetric(load.Median(rates[0])/1e6, all[0].name+"-M/s")
	for i, r := range all[1:] {
		b.ReportMetric(load.Median(load.Quotients(rates[i+1], rates[0])), r.name+"/"+all[0].name)
	}
}

// perSecond returns how many of n things f does in a second.
func perSecond(n int, f func()) float64 {
	began := time.Now()
	f()
	return float64(n) / time.Since(began).Seconds()
}

func readByFile(b *testing.B) {
	cmd := exec.Command(flooder.Path, flooder.Args...)
	out, err := cmd.StdoutPipe()
	require.NoError(b, err)
	require.NoError(b, cmd.Start())
	buf := make([]byte, 64<<10)
	total := 0
	for err == nil {
		var n int
		n, err = out.Read(buf)
		total += n
	}
	require.Equal(b, io.EOF, err)
	require.Equal(b, bulkBytes, total)
	require.NoError(b, cmd.Wait())
}

func receiveAll(b *testing.B, transport ptyio.Transport) {
	conn, err := transport.Start(flooder)
	require.NoError(b, err)
	defer conn.Close()
	total := 0
	add := func(data []byte) { total += len(data) }
	for err == nil {
		err = conn.Stdout().Receive(64<<10, add)
	}
	require.Equal(b, io.EOF, err)
	require.Equal(b, bulkBytes, total)
	_, err = conn.Wait()
	require.NoError(b, err)
}
