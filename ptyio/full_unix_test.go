//go:build unix

package ptyio_test

import (
	"bytes"
	"fmt"
	"io"
	"log"
	"os"
	"os/signal"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"brood/ptyio"
)

func init() { helpers["late"] = readLate }

// readLate reads when it is told to: up to the end, or a byte 4, and tells on
// stderr what it got.
func readLate([]string) {
	now := make(chan os.Signal, 1)
	signal.Notify(now, syscall.SIGUSR1)
	ready()
	<-now
	var typed []byte
	buf := make([]byte, 1<<16)
	for {
		n, err := os.Stdin.Read(buf)
		typed = append(typed, buf[:n]...)
		if err == io.EOF || (n > 0 && buf[n-1] == 4) {
			break
		}
		if err != nil {
			log.Fatal(err)
		}
	}
	n, hash := digest(bytes.NewReader(bytes.TrimSuffix(typed, []byte{4})))
	fmt.Fprintf(os.Stderr, "%d %x", n, hash)
}

// A child that does not read holds the writer up to the deadline and no longer,
// and the count is what the child gets if it reads after all.
func TestCase69WriteDeadlineOnAChildThatNeverReads(t *testing.T) {
	for name, transport := range map[string]ptyio.Transport{
		"pipes": ptyio.Pipes{}, "raw pty": ptyio.PTY{Raw: true, StderrPipe: true}, "pty": ptyio.PTY{StderrPipe: true},
	} {
		t.Run(name, func(t *testing.T) {
			conn := startReady(t, transport, helper("late"))
			const patience = time.Second
			data := pattern(1 << 18)
			began := time.Now()
			require.NoError(t, conn.SetWriteDeadline(began.Add(patience)))

			n, err := conn.Write(data)

			assert.ErrorIs(t, err, os.ErrDeadlineExceeded)
			assert.Positive(t, n)
			assert.Less(t, n, len(data))
			assert.GreaterOrEqual(t, time.Since(began), patience)
			again, err := conn.Write(data[n:])
			assert.ErrorIs(t, err, os.ErrDeadlineExceeded)
			assert.Zero(t, again)

			require.NoError(t, conn.SetWriteDeadline(time.Time{}))
			require.NoError(t, conn.Signal(syscall.SIGUSR1))
			echo := async(func() { io.Copy(io.Discard, conn.Stdout()) })
			require.NoError(t, conn.CloseStdin())
			length, hash := digest(bytes.NewReader(data[:n]))
			assert.Equal(t, fmt.Sprintf("%d %x", length, hash), readAll(t, conn.Stderr()))
			assert.True(t, wait(t, conn).Success())
			requireDone(t, echo, limit, "reading")
		})
	}
}

// The child cannot write, so it does not read, so we cannot write; whoever
// reads gets it going again, and no byte is lost.
func TestCase69BothDirectionsFull(t *testing.T) {
	for name, transport := range map[string]ptyio.Transport{"pipes": ptyio.Pipes{}, "raw pty": ptyio.PTY{Raw: true}} {
		t.Run(name, func(t *testing.T) {
			conn := start(t, transport, ptyio.Command{Path: "cat"})
			sent := bytes.Repeat(everyByte(2), 1000)
			require.NoError(t, conn.SetWriteDeadline(time.Now().Add(500*time.Millisecond)))
			n, err := conn.Write(sent)
			require.ErrorIs(t, err, os.ErrDeadlineExceeded)
			require.Less(t, n, len(sent))
			require.NoError(t, conn.SetWriteDeadline(time.Time{}))

			writing := async(func() {
				_, err := conn.Write(sent[n:])
				assert.NoError(t, err)
			})
			got := make([]byte, len(sent))
			_, err = io.ReadFull(conn.Stdout(), got)

			require.NoError(t, err)
			assert.True(t, bytes.Equal(sent, got), "what came back differs")
			requireDone(t, writing, limit, "Write")
		})
	}
}
