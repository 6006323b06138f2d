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

// BenchmarkOutput measures bytes per second out of a child that prints without
// end: a plain loop over os.File, and Receive, with the same sizes.
func BenchmarkOutput(b *testing.B) {
	const bytes = 256 << 20
	flooder := ptyio.Command{Path: "head", Args: []string{"-c", fmt.Sprint(bytes), "/dev/zero"}}
	for _, size := range []int{64 << 10, 256 << 10, 1 << 20} {
		b.Run(fmt.Sprintf("os.File/%dKiB", size>>10), func(b *testing.B) {
			b.SetBytes(bytes)
			b.ReportAllocs()
			buf := make([]byte, size)
			for b.Loop() {
				cmd := exec.Command(flooder.Path, flooder.Args...)
				out, err := cmd.StdoutPipe()
				require.NoError(b, err)
				require.NoError(b, cmd.Start())
				for err == nil {
					_, err = out.Read(buf)
				}
				require.Equal(b, io.EOF, err)
				require.NoError(b, cmd.Wait())
			}
		})
		for name, transport := range map[string]ptyio.Transport{"pipes": ptyio.Pipes{}, "pty": ptyio.PTY{Raw: true}} {
			b.Run(fmt.Sprintf("%s/%dKiB", name, size>>10), func(b *testing.B) {
				b.SetBytes(bytes)
				b.ReportAllocs()
				for b.Loop() {
					conn, err := transport.Start(flooder)
					require.NoError(b, err)
					var received int
					add := func(p []byte) { received += len(p) }
					for err == nil {
						err = conn.Stdout().Receive(size, add)
					}
					require.Equal(b, io.EOF, err)
					require.Equal(b, bytes, received)
					_, err = conn.Wait()
					require.NoError(b, err)
					require.NoError(b, conn.Close())
				}
			})
		}
	}
}
