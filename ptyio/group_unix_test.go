//go:build unix

package ptyio_test

import (
	"bufio"
	"os"
	"strconv"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"brood/ptyio"
)

// A group's member that holds the output open is killed with the leader: the
// reader sees EOF, and no later than the end.
func TestRestOfTheGroupDiesWithItsLeader(t *testing.T) {
	canary := startReady(t, ptyio.Pipes{}, helper("block"))
	onEach(t, func(t *testing.T, transport ptyio.Transport) {
		conn := start(t, transport, helper("parent", "group", "exit"))
		output := bufio.NewReader(conn.Stdout())
		grandchild, err := strconv.Atoi(readLine(t, output))
		require.NoError(t, err)

		assert.True(t, wait(t, conn).Success())

		assert.Empty(t, readAll(t, output))
		requireGone(t, grandchild)
	})
	requireAlive(t, canary)
}

func TestKillReachesTheWholeGroup(t *testing.T) {
	canary := startReady(t, ptyio.Pipes{}, helper("block"))
	conn := start(t, ptyio.Pipes{}, helper("parent", "group", "block"))
	grandchild, err := strconv.Atoi(readLine(t, bufio.NewReader(conn.Stdout())))
	require.NoError(t, err)

	require.NoError(t, conn.Kill())

	assert.Equal(t, syscall.SIGKILL, wait(t, conn).Signal)
	requireGone(t, grandchild)
	requireAlive(t, canary)
}

// The control to the two tests above: what left the group is out of reach, and
// the tests can tell. Wait does not wait for it either.
func TestDescendantInASessionOfItsOwnSurvives(t *testing.T) {
	cmd := helper("parent", "setsid", "exit")
	cmd.Containment.Limit = ptyio.LevelGroup
	conn := start(t, ptyio.Pipes{}, cmd)
	output := bufio.NewReader(conn.Stdout())
	grandchild, err := strconv.Atoi(readLine(t, output))
	require.NoError(t, err)
	defer syscall.Kill(grandchild, syscall.SIGKILL)

	assert.True(t, wait(t, conn).Success())

	assert.NoError(t, syscall.Kill(grandchild, 0))
	require.NoError(t, conn.Stdout().SetReadDeadline(time.Now().Add(100*time.Millisecond)))
	_, err = output.ReadByte()
	assert.ErrorIs(t, err, os.ErrDeadlineExceeded, "it holds the output open")
}

func requireAlive(t *testing.T, conn ptyio.Conn) {
	t.Helper()
	require.NoError(t, conn.Signal(0))
}

// requireGone waits for pid to be no process, or a zombie that is not ours.
func requireGone(t *testing.T, pid int) {
	t.Helper()
	require.Eventually(t, func() bool { return gone(pid) }, limit, time.Millisecond)
}
