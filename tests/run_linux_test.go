package tests

import (
	"bytes"
	"context"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
	"unicode"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"brood/actors"
	"brood/runtime"
)

func TestRunCapturesOutput(t *testing.T) {
	rt := newRuntime(t, runtime.Options{})
	got, err := rt.Run(within(t, limit), runtime.RunSpec{Command: command(t, "ok")})
	require.NoError(t, err)
	assert.Equal(t, "fine\n", string(got.Stdout))
	assert.Empty(t, got.Stderr)
	assert.True(t, got.Exit.Success())
}

func TestRunFails(t *testing.T) {
	rt := newRuntime(t, runtime.Options{})
	got, err := rt.Run(within(t, limit), runtime.RunSpec{Command: command(t, "exit")})
	var exited *runtime.ExitError
	require.ErrorAs(t, err, &exited)
	assert.Equal(t, 3, exited.Exit.Code)
	assert.ErrorContains(t, err, `exit code 3: "out of cheese"`)
	assert.Equal(t, "out of cheese\n", string(got.Stderr))

	_, err = rt.Run(within(t, limit), runtime.RunSpec{Command: runtime.Command{Path: "/no/such/program"}})
	var failed *runtime.StartError
	require.ErrorAs(t, err, &failed)
	assert.ErrorIs(t, err, fs.ErrNotExist)
}

// TestRunSaysAllOnOneLine: whatever the command is called.
func TestRunSaysAllOnOneLine(t *testing.T) {
	rt := newRuntime(t, runtime.Options{})
	dir := t.TempDir()
	file := filepath.Join(dir, "a\nb")
	require.NoError(t, os.WriteFile(file, []byte("#!/bin/sh\nexit 3\n"), 0o755))
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	for name, test := range map[string]struct {
		ctx  context.Context
		path string
	}{
		"exit":      {within(t, limit), file},
		"missing":   {within(t, limit), file + "\x1b"},
		"NUL":       {within(t, limit), "a\x00b"},
		"cancelled": {ended, file},
	} {
		_, err := rt.Run(test.ctx, runtime.RunSpec{Command: runtime.Command{Path: test.path}})
		require.Error(t, err, name)
		assert.False(t, strings.ContainsFunc(err.Error(), unicode.IsControl), "%s: %q", name, err)
	}
}

func TestRunOverItsOutputLimit(t *testing.T) {
	rt := newRuntime(t, runtime.Options{})
	before := heap()
	got, err := rt.Run(within(t, limit), runtime.RunSpec{Command: command(t, "flooder"), MaxOutputBytes: 1000})
	assert.ErrorIs(t, err, runtime.ErrOutputLimit)
	require.NotNil(t, got)
	assert.Equal(t, strings.Repeat("flood!!\n", 125), string(got.Stdout))
	assert.Equal(t, syscall.SIGKILL, got.Exit.Signal)
	assert.Less(t, heap(), before+(16<<20))
}

func TestRunExactlyAtItsOutputLimit(t *testing.T) {
	rt := newRuntime(t, runtime.Options{})
	got, err := rt.Run(within(t, limit), runtime.RunSpec{Command: command(t, "spill", "65536"), MaxOutputBytes: 65536})
	require.NoError(t, err)
	assert.Len(t, got.Stdout, 65536)
}

func TestRunTimesOut(t *testing.T) {
	rt := newRuntime(t, runtime.Options{})
	for role, sig := range map[string]syscall.Signal{"mute": syscall.SIGTERM, "stubborn": syscall.SIGKILL} {
		// Time for the child to have said how it takes signals.
		got, err := rt.Run(within(t, 3*time.Second), runtime.RunSpec{Command: command(t, role), Grace: 200 * time.Millisecond})
		assert.ErrorIs(t, err, context.DeadlineExceeded)
		require.NotNil(t, got)
		assert.Equal(t, actors.ReasonTimedOut, got.Exit.Reason)
		assert.Equal(t, sig, got.Exit.Signal, role)
	}
}

func TestRunCopiesLargeInput(t *testing.T) {
	rt := newRuntime(t, runtime.Options{})
	input := bytes.Repeat([]byte("0123456789abcde\n"), 5<<20/16)
	got, err := rt.Run(within(t, limit), runtime.RunSpec{Command: command(t, "cat"), Stdin: input, MaxOutputBytes: len(input)})
	require.NoError(t, err)
	assert.True(t, bytes.Equal(input, got.Stdout))
}

func TestRunOnTerminal(t *testing.T) {
	rt := newRuntime(t, runtime.Options{})
	got, err := rt.Run(within(t, limit), runtime.RunSpec{Command: command(t, "ok"), Transport: runtime.PTY{}})
	require.NoError(t, err)
	assert.Contains(t, string(got.Stdout), "fine\r\n")
	assert.Empty(t, got.Stderr)
}

func TestManyRunsLoseNothing(t *testing.T) {
	const size = 1 << 20
	runs := fewer(200)
	rt := newRuntime(t, runtime.Options{})
	want := bytes.Repeat([]byte("flood!!\n"), size/8)
	var all sync.WaitGroup
	for range runs {
		all.Go(func() {
			got, err := rt.Run(within(t, limit), runtime.RunSpec{Command: command(t, "spill", strconv.Itoa(size))})
			if assert.NoError(t, err) {
				assert.True(t, bytes.Equal(want, got.Stdout), "%d bytes", len(got.Stdout))
			}
		})
	}
	all.Wait()
}

func TestRunLeavesNobodyBehind(t *testing.T) {
	rt := newRuntime(t, runtime.Options{})
	got, err := rt.Run(within(t, limit), runtime.RunSpec{Command: command(t, "sire")})
	require.NoError(t, err)
	assert.False(t, got.Exit.OutputIncomplete)
	assert.NotEmpty(t, got.Stdout)
	noChildren(t)
}

// TestCase19RunDespiteDescendant: one that escaped, since containment is weak,
// holds the output.
func TestCase19RunDespiteDescendant(t *testing.T) {
	rt := newRuntime(t, runtime.Options{})
	got, err := rt.Run(within(t, limit), runtime.RunSpec{Command: weakly(command(t, "sire"))})
	pid := endDescendant(t, string(got.Stdout))
	require.NoError(t, err)
	assert.True(t, got.Exit.OutputIncomplete)
	assert.Equal(t, []int{pid}, got.Exit.HeldBy)
	assert.Equal(t, runtime.LevelGroup.String(), got.Exit.Containment)
}

// weakly contains a command by its group, so that a descendant can escape.
func weakly(c runtime.Command) runtime.Command {
	c.Containment.Limit = runtime.LevelGroup
	return c
}

// endDescendant kills the one whose process id a sire printed.
func endDescendant(t *testing.T, printed string) int {
	t.Helper()
	pid, err := strconv.Atoi(strings.TrimSpace(printed))
	require.NoError(t, err)
	require.NoError(t, syscall.Kill(pid, syscall.SIGKILL))
	return pid
}
