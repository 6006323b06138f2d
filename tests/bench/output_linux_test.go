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

// BenchmarkOutputRatio lets brood and what it is compared with take turns:
// bytes out of a pipe beside a loop over os.File with the same buffer, lines to
// a function beside a bufio.Scanner over os/exec; and says how fast a raw
// terminal is.
func BenchmarkOutputRatio(b *testing.B) {
	self, err := os.Executable()
	require.NoError(b, err)
	var plain, received, scanned, lines, terminal []float64
	for range rounds * b.N {
		plain = append(plain, perSecond(bulkBytes, func() { readByFile(b) }))
		received = append(received, perSecond(bulkBytes, func() { receiveAll(b, ptyio.Pipes{}) }))
		scanned = append(scanned, perSecond(linesTotal, func() { linesExec(b, self) }))
		lines = append(lines, perSecond(linesTotal, func() { linesBrood(b, self) }))
		terminal = append(terminal, perSecond(bulkBytes, func() { receiveAll(b, ptyio.PTY{Raw: true}) }))
	}
	b.ReportMetric(0, "ns/op") // of no meaning here
	b.ReportMetric(load.Median(plain)/1e9, "os.File-GB/s")
	b.ReportMetric(load.Median(load.Quotients(received, plain)), "brood/os.File")
	b.ReportMetric(load.Median(scanned)/1e6, "Scanner-Mlines/s")
	b.ReportMetric(load.Median(load.Quotients(lines, scanned)), "brood/Scanner")
	b.ReportMetric(load.Median(terminal)/1e9, "pty-GB/s")
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
