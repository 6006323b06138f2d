package tests

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"
)

// gate holds a child until the test lets it go: a named pipe that the child
// reads to its end.
type gate struct {
	path string
	file *os.File
}

func newGate(t *testing.T) *gate {
	t.Helper()
	g := &gate{path: filepath.Join(t.TempDir(), "gate")}
	require.NoError(t, syscall.Mkfifo(g.path, 0o600))
	t.Cleanup(g.open)
	return g
}

// reached waits until a child stands before the gate.
func (g *gate) reached(t *testing.T) {
	t.Helper()
	require.Eventually(t, func() bool {
		// Without a reader, a pipe cannot be opened so.
		f, err := os.OpenFile(g.path, os.O_WRONLY|syscall.O_NONBLOCK, 0)
		g.file = f
		return err == nil
	}, limit, soon, "a child at the gate")
}

// reachedBy waits until the child with this process id stands before the gate,
// which another has reached.
func (g *gate) reachedBy(t *testing.T, pid int) {
	t.Helper()
	require.Eventually(t, func() bool {
		files, err := filepath.Glob(fmt.Sprintf("/proc/%d/fd/*", pid))
		require.NoError(t, err)
		return slices.ContainsFunc(files, func(file string) bool {
			to, err := os.Readlink(file)
			return err == nil && to == g.path
		})
	}, limit, soon, "child %d at the gate", pid)
}

// open lets the child go.
func (g *gate) open() {
	if g.file != nil {
		g.file.Close()
		g.file = nil
	}
}

// waitForGate blocks until the test opens the gate; see gate.
func waitForGate(path string) {
	f, err := os.Open(path)
	if err != nil {
		panic(err)
	}
	defer f.Close()
	_, _ = io.ReadAll(f)
}
