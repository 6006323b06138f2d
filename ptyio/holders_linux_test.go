package ptyio_test

import (
	"bufio"
	"io"
	"strconv"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"brood/ptyio"
)

// requireHolders waits for the holders to be these: a new process holds more
// until it has come to its exec.
func requireHolders(t *testing.T, conn ptyio.Conn, want ...int) {
	t.Helper()
	var got []int
	if !assert.Eventually(t, func() bool {
		got = conn.Holders()
		return assert.ObjectsAreEqual(want, got)
	}, limit, 5*time.Millisecond) {
		require.Equal(t, want, got)
	}
}

func TestHoldersOfARunningChild(t *testing.T) {
	onEach(t, func(t *testing.T, transport ptyio.Transport) {
		other := startReady(t, transport, helper("block"))
		conn := startReady(t, transport, helper("block"))

		requireHolders(t, conn, conn.PID())

		require.NoError(t, conn.Kill())
		wait(t, conn)
		requireHolders(t, conn)
		requireHolders(t, other, other.PID())
		require.NoError(t, other.Close())
		assert.Empty(t, other.Holders())
	})
}

// A descendant that left the session keeps the output from ending, and is told.
func TestCase19WhoHoldsTheOutputAfterTheEnd(t *testing.T) {
	onEach(t, func(t *testing.T, transport ptyio.Transport) {
		cmd := helper("parent", "setsid", "exit")
		cmd.Containment = ptyio.Containment{Limit: ptyio.LevelGroup}
		conn := start(t, transport, cmd)
		output := bufio.NewReader(conn.Stdout())
		grandchild, err := strconv.Atoi(readLine(t, output))
		require.NoError(t, err)
		defer syscall.Kill(grandchild, syscall.SIGKILL)
		require.True(t, wait(t, conn).Success())

		requireHolders(t, conn, grandchild)

		require.NoError(t, syscall.Kill(grandchild, syscall.SIGKILL))
		requireHolders(t, conn)
		_, err = output.ReadByte()
		assert.Equal(t, io.EOF, err)
	})
}

func TestHolderByAnotherName(t *testing.T) {
	conn := start(t, ptyio.PTY{}, ptyio.Shell("set -m; sleep 1000 3<>/dev/tty 0<&- 1>&- 2>&- & echo $!; read -r line"))
	job, err := strconv.Atoi(readLine(t, bufio.NewReader(conn.Stdout())))
	require.NoError(t, err)
	defer syscall.Kill(job, syscall.SIGKILL)
	want := []int{conn.PID(), job}
	if job < conn.PID() {
		want = []int{job, conn.PID()}
	}
	requireHolders(t, conn, want...)
}

// Stdin is no output: who holds only that is no holder of a pipe.
func TestStdinIsNotHeld(t *testing.T) {
	conn := start(t, ptyio.Pipes{}, ptyio.Shell("exec 1>&- 2>&-; read -r line"))
	requireHolders(t, conn)
}
