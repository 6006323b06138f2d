package tree

import (
	"os"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"
)

// The way without a pidfd: old kernels, no descriptor left.
func TestWaitidAlone(t *testing.T) {
	tree := startHelper(t)
	require.NoError(t, tree.Kill())

	require.NoError(t, waitid(unix.P_PID, tree.PID(), nil, 0))

	_, err := await(tree)
	require.NoError(t, err)
}

// The way that holds no thread must be the one that is taken here.
func TestPidfdIsPolled(t *testing.T) {
	tree := startHelper(t)
	fd, err := unix.PidfdOpen(tree.PID(), unix.PIDFD_NONBLOCK)
	require.NoError(t, err)
	file := os.NewFile(uintptr(fd), "pidfd")
	defer file.Close()
	polled := make(chan error, 1)
	go func() { polled <- awaitPolled(file) }()
	require.NoError(t, tree.Kill())

	assert.NoError(t, <-polled)

	_, err = await(tree)
	require.NoError(t, err)
}
