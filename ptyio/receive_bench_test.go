//go:build unix

package ptyio_test

import (
	"fmt"
	"io"
	"os/exec"
	"testing"

	"github.com/stretchr/testify/require"

	"brood/ptyio"
)

const benchBytes = 256 << 20

// printer prints benchBytes, bs bytes at a time.
func printer(bs int) ptyio.Command {
	return ptyio.Command{Path: "dd", Args: []string{
		"if=/dev/zero", fmt.Sprint("bs=", bs), fmt.Sprint("count=", benchBytes/bs), "status=none"}}
}

// BenchmarkOutput measures bytes per second out of a child that prints a lot: a
// plain loop over os.File beside Receive, with buffers of the same size, by how
// much the child writes at a time.
func BenchmarkOutput(b *testing.B) {
	for _, bs := range []int{8 << 10, 64 << 10, 1 << 20} {
		cmd := printer(bs)
		run := func(name string, once func(b *testing.B)) {
			b.Run(fmt.Sprintf("writes of %dKiB/%s", bs>>10, name), func(b *testing.B) {
				b.SetBytes(benchBytes)
				b.ReportAllocs()
				for b.Loop() {
					once(b)
				}
			})
		}
		for _, size := range []int{64 << 10, 256 << 10, 1 << 20} {
			run(fmt.Sprintf("os.File %dKiB", size>>10), func(b *testing.B) { readPlainly(b, cmd, size) })
		}
		run("Receive", func(b *testing.B) { receivePrinted(b, ptyio.Pipes{}, cmd) })
		run("Receive, pty", func(b *testing.B) { receivePrinted(b, ptyio.PTY{Raw: true}, cmd) })
	}
}

func readPlainly(b *testing.B, command ptyio.Command, size int) {
	cmd := exec.Command(command.Path, command.Args...)
	out, err := cmd.StdoutPipe()
	require.NoError(b, err)
	require.NoError(b, cmd.Start())
	buf := make([]byte, size)
	for err == nil {
		_, err = out.Read(buf)
	}
	require.Equal(b, io.EOF, err)
	require.NoError(b, cmd.Wait())
}

func receivePrinted(b *testing.B, transport ptyio.Transport, cmd ptyio.Command) {
	conn, err := transport.Start(cmd)
	require.NoError(b, err)
	received := 0
	add := func(p []byte) { received += len(p) }
	for err == nil {
		err = conn.Stdout().Receive(1<<20, add)
	}
	require.Equal(b, io.EOF, err)
	require.Equal(b, benchBytes, received)
	_, err = conn.Wait()
	require.NoError(b, err)
	require.NoError(b, conn.Close())
}

// BenchmarkWrite measures a short write to a child that reads: what looking at
// the terminal's mode costs.
func BenchmarkWrite(b *testing.B) {
	for name, transport := range transports {
		b.Run(name, func(b *testing.B) {
			conn, err := transport.Start(ptyio.Shell("stty -echo 2>&-; cat >/dev/null"))
			require.NoError(b, err)
			b.ReportAllocs()
			line := []byte("a line of some length, as they are typed\n")
			for b.Loop() {
				_, err := conn.Write(line)
				require.NoError(b, err)
			}
			require.NoError(b, conn.Close())
			conn.Wait()
		})
	}
}
