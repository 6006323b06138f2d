package ptyio_test

import (
	"os"
	"os/exec"
	"testing"

	"github.com/stretchr/testify/require"

	"brood/ptyio"
)

// BenchmarkStart measures a child from Start to reaped, beside os/exec with
// the same three pipes. Most of it is the child's own start.
func BenchmarkStart(b *testing.B) {
	b.Run("os/exec", func(b *testing.B) {
		for b.Loop() {
			cmd := exec.Command(os.Args[0], "0")
			cmd.Env = append(os.Environ(), helperName+"=exit")
			_, err := cmd.StdinPipe()
			require.NoError(b, err)
			_, err = cmd.StdoutPipe()
			require.NoError(b, err)
			_, err = cmd.StderrPipe()
			require.NoError(b, err)
			require.NoError(b, cmd.Run())
		}
	})
	for name, transport := range map[string]ptyio.Transport{"pipes": ptyio.Pipes{}, "pty": ptyio.PTY{}} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				conn, err := transport.Start(helper("exit", "0"))
				if err != nil {
					b.Skip(err) // no pty on Windows
				}
				_, err = conn.Wait()
				require.NoError(b, err)
				require.NoError(b, conn.Close())
			}
		})
	}
}
