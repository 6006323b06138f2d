package tree

import (
	"os"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestVariable(t *testing.T) {
	environ := []byte("A=1\x00BB=2\x00XA=3\x00EMPTY=\x00NOVALUE\x00LAST=x=y")
	for name, want := range map[string]string{"A": "1", "BB": "2", "EMPTY": "", "LAST": "x=y"} {
		value, ok := variable(environ, name)
		assert.True(t, ok, name)
		assert.Equal(t, want, string(value))
	}
	for _, name := range []string{"B", "NOVALUE", "AS", ""} {
		_, ok := variable(environ, name)
		assert.False(t, ok, name)
	}
	_, ok := variable(nil, "A")
	assert.False(t, ok)
}

func TestParseStat(t *testing.T) {
	rest := " S 10 20 30 0 -1 4194304 1 2 3 4 5 6 7 8 20 0 1 0 4711 9999" + strings.Repeat(" 1", 29)
	want := stat{state: 'S', parent: 10, group: 20, session: 30, started: 4711, flags: 4194304, threads: 1, environEnd: 1,
		cpuTicks: 5 + 6, reapedTicks: 7 + 8, residentPages: 1}
	for _, name := range []string{"(sh)", "(a b)", "(a) S (b)", "()"} {
		s, ok := parseStat([]byte("5 " + name + rest))
		assert.True(t, ok, name)
		assert.Equal(t, want, s)
	}
	for _, bad := range []string{"", "5 (sh", "5 (sh) S 1 2", "no such", "5 (sh) " + strings.Replace(rest, "10", "-10", 1)} {
		_, ok := parseStat([]byte(bad))
		assert.False(t, ok, bad)
	}
}

func TestStatOfThisProcess(t *testing.T) {
	s, ok := statOf(os.Getpid())
	require.True(t, ok)
	assert.Equal(t, os.Getppid(), s.parent)
	assert.False(t, s.dead())
	assert.NotZero(t, s.started)
	_, ok = statOf(1<<22 + 1)
	assert.False(t, ok)
}

func TestOwnersThatAreGone(t *testing.T) {
	own := ownName()
	parts := strings.Split(own, "-")
	require.Len(t, parts, 4)
	assert.NotEqual(t, own, ownName(), "after syscall.Exec it would be another one")
	assert.False(t, ownerGone(own), "it lives")
	assert.True(t, ownerGone(parts[0]+"-"+parts[1]+"-1-0"), "another process had the id")
	assert.True(t, ownerGone(parts[0]+"-4194305-1-0"), "no such process")
	assert.False(t, ownerGone("1-4194305-1-0"), "it is of another namespace, and cannot be seen")
	for _, junk := range []string{"", "x", "1-2", parts[0] + "-x-1-0", parts[0] + "--5-0"} {
		assert.False(t, ownerGone(junk), junk)
	}
}

// A member that is pinned by its start is not mistaken for another process with
// its id.
func TestKillSparesAStrangerWithTheSameID(t *testing.T) {
	tree := startHelper(t)
	s, ok := statOf(tree.PID())
	require.True(t, ok)

	member{tree.PID(), s.started - 1}.kill()
	assert.NoError(t, tree.Signal(0))
	after, _ := statOf(tree.PID())
	assert.False(t, after.dead())

	member{tree.PID(), s.started}.kill()
	_, err := await(tree)
	require.NoError(t, err)
}

// A process that is looked at as soon as it is there may be in its execve.
func TestMarkOfAProcessThatWasJustStarted(t *testing.T) {
	for range 100 {
		tree := startHelper(t)
		assert.NotEmpty(t, markOf(tree.PID()))
		require.NoError(t, tree.Kill())
		_, err := await(tree)
		require.NoError(t, err)
	}
}

func TestExecuting(t *testing.T) {
	assert.False(t, isExecuting(os.Getpid()))
	assert.False(t, isExecuting(2), "a thread of the kernel has no environment")
	assert.False(t, isExecuting(1<<22+1))
	tree, err := Start(Spec{Path: "/bin/sleep", Argv: []string{"sleep", "1000"}, Files: []*os.File{os.Stdin, os.Stdout, os.Stderr}, Limit: LevelGroup})
	require.NoError(t, err)
	require.Eventually(t, func() bool { return !isExecuting(tree.PID()) }, 20*time.Second, time.Millisecond)
	_, empty := readMark(tree.PID(), "environ")
	assert.True(t, empty, "it was started without any environment, which is not to be waited for")
	require.NoError(t, tree.Kill())
	_, err = await(tree)
	require.NoError(t, err)
}

func TestReadProcOfLargeFiles(t *testing.T) {
	long := strings.Repeat("x", 100_000)
	tree := startHelperWith(t, "LONG="+long)
	assert.NotEmpty(t, markOf(tree.PID())) // now its execve is over
	require.NoError(t, readProc(tree.PID(), "environ", func(content []byte) {
		value, ok := variable(content, "LONG")
		require.True(t, ok)
		require.True(t, long == string(value))
	}))
	assert.Equal(t, syscall.ENOENT, readProc(1<<22+1, "environ", nil))
	require.NoError(t, tree.Kill())
	_, err := await(tree)
	require.NoError(t, err)
	assert.Empty(t, markOf(os.Getpid()), strconv.Itoa(os.Getpid()))
}

func isExecuting(pid int) bool {
	s, ok := statOf(pid)
	return ok && s.executing()
}
