//go:build unix

package ptyio_test

import (
	"errors"
	"io"
	"os"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"brood/ptyio"
)

// transports are those that every test of a Conn runs on.
var transports = map[string]ptyio.Transport{
	"pipes": ptyio.Pipes{}, "pty": ptyio.PTY{}, "raw pty": ptyio.PTY{Raw: true, StderrPipe: true},
}

func onEach(t *testing.T, test func(t *testing.T, transport ptyio.Transport)) {
	for name, transport := range transports {
		t.Run(name, func(t *testing.T) { test(t, transport) })
	}
}

func TestCloseWakesBlockedReader(t *testing.T) {
	onEach(t, func(t *testing.T, transport ptyio.Transport) {
		conn := startReady(t, transport, helper("block"))
		var readErr error
		reading := async(func() { _, readErr = conn.Stdout().Read(make([]byte, 10)) })
		requireBlocked(t, "output).Read", 1)

		require.NoError(t, conn.Close())

		requireDone(t, reading, limit, "Read")
		// The killed child may have ended the stream a moment earlier.
		assert.True(t, errors.Is(readErr, os.ErrClosed) || readErr == io.EOF, "%v", readErr)
		_, readErr = conn.Stdout().Read(make([]byte, 10))
		assert.ErrorIs(t, readErr, os.ErrClosed)
		assert.Equal(t, syscall.SIGKILL, wait(t, conn).Signal)
		assert.NoError(t, conn.Close(), "a second time")
	})
}

func TestCloseWakesBlockedWriter(t *testing.T) {
	onEach(t, func(t *testing.T, transport ptyio.Transport) {
		conn := startReady(t, transport, helper("block"))
		filled := fill(t, conn)
		require.NoError(t, conn.SetWriteDeadline(time.Time{}))
		var writeErr error
		writing := async(func() { _, writeErr = conn.Write(pattern(1 << 20)) })
		requireBlocked(t, "Conn).Write", 1)

		require.NoError(t, conn.Close())

		requireDone(t, writing, limit, "Write")
		assert.True(t, errors.Is(writeErr, os.ErrClosed) || errors.Is(writeErr, syscall.EPIPE),
			"after %d bytes: %v", filled, writeErr)
	})
}

// fill writes until the child's stdin takes no more.
func fill(t *testing.T, conn ptyio.Conn) (filled int) {
	for {
		require.NoError(t, conn.SetWriteDeadline(time.Now().Add(50*time.Millisecond)))
		n, err := conn.Write(append(make([]byte, 1000), '\n'))
		filled += n
		if err != nil {
			require.ErrorIs(t, err, os.ErrDeadlineExceeded)
			return filled
		}
	}
}

func TestReadDeadline(t *testing.T) {
	onEach(t, func(t *testing.T, transport ptyio.Transport) {
		conn := startReady(t, transport, helper("block"))
		require.NoError(t, conn.Stdout().SetReadDeadline(time.Now().Add(50*time.Millisecond)))

		_, err := conn.Stdout().Read(make([]byte, 10))

		assert.ErrorIs(t, err, os.ErrDeadlineExceeded)
		assert.Contains(t, err.Error(), "ptyio: read from ptyio.test: ")
	})
}

func TestWriteAfterTheEndIsAnErrorAndNoSignal(t *testing.T) {
	onEach(t, func(t *testing.T, transport ptyio.Transport) {
		conn := start(t, transport, helper("exit", "0"))
		wait(t, conn)

		_, err := conn.Write([]byte("x\n"))

		assert.ErrorIs(t, err, syscall.EPIPE)
	})
}

func TestWriteToChildThatClosedItsStdin(t *testing.T) {
	conn := startReady(t, ptyio.Pipes{}, helper("close"))
	_, err := conn.Write([]byte("x\n"))
	assert.ErrorIs(t, err, syscall.EPIPE)
}

func TestEndReleasesBlockedWriter(t *testing.T) {
	onEach(t, func(t *testing.T, transport ptyio.Transport) {
		conn := startReady(t, transport, helper("block"))
		fill(t, conn)
		require.NoError(t, conn.SetWriteDeadline(time.Time{}))
		var writeErr error
		writing := async(func() { _, writeErr = conn.Write(pattern(1 << 20)) })
		requireBlocked(t, "Conn).Write", 1)

		require.NoError(t, conn.Kill())

		requireDone(t, writing, limit, "Write")
		assert.ErrorIs(t, writeErr, syscall.EPIPE)
	})
}

func TestSignalReachesChildAndIsRefusedAfterTheEnd(t *testing.T) {
	onEach(t, func(t *testing.T, transport ptyio.Transport) {
		conn := startReady(t, transport, helper("block"))
		require.NoError(t, conn.Signal(syscall.SIGTERM))

		exit := wait(t, conn)

		assert.Equal(t, syscall.SIGTERM, exit.Signal)
		assert.Equal(t, -1, exit.Code)
		assert.ErrorIs(t, conn.Signal(syscall.SIGTERM), os.ErrProcessDone)
		assert.NoError(t, conn.Kill(), "kill after the end")
	})
}

func TestFilesAreDescriptorsFromThreeOn(t *testing.T) {
	onEach(t, func(t *testing.T, transport ptyio.Transport) {
		theirIn, in, err := os.Pipe()
		require.NoError(t, err)
		out, theirOut, err := os.Pipe()
		require.NoError(t, err)
		defer in.Close()
		defer out.Close()
		cmd := helper("exchange")
		cmd.Files = []*os.File{theirIn, theirOut}
		conn := start(t, transport, cmd)
		require.NoError(t, theirIn.Close())
		require.NoError(t, theirOut.Close())

		_, err = io.WriteString(in, "hello\n")
		require.NoError(t, err)

		assert.Equal(t, "got hello\n", readAll(t, out))
		assert.True(t, wait(t, conn).Success())
	})
}
