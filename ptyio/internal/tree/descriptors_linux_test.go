package tree

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"
)

// The way without close_range(2).
func TestMarkListed(t *testing.T) {
	fd, err := unix.Dup(0) // without the mark
	require.NoError(t, err)
	defer unix.Close(fd)

	require.False(t, closesOnExec(t, fd))

	require.NoError(t, markListed())

	assert.True(t, closesOnExec(t, fd))
	assert.False(t, closesOnExec(t, 1))
}

func closesOnExec(t *testing.T, fd int) bool {
	t.Helper()
	flags, err := unix.FcntlInt(uintptr(fd), unix.F_GETFD, 0)
	require.NoError(t, err)
	return flags&unix.FD_CLOEXEC != 0
}
