//go:build unix

package ptyio_test

import (
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"brood/ptyio"
)

// requireNoChild looks for a child of this process that has ended and was not
// reaped. The guardian, which is reaped when it has been away for a moment, is
// none.
func requireNoChild(t *testing.T) {
	t.Helper()
	guardians := guardiansOf(os.Getpid())
	pid, _ := syscall.Wait4(-1, nil, syscall.WNOHANG, nil)
	require.True(t, pid <= 0 || slices.Contains(guardians, pid), "a zombie was left")
}

func closedFile(t *testing.T) *os.File {
	f, err := os.Open(os.Args[0])
	require.NoError(t, err)
	require.NoError(t, f.Close())
	return f
}

func openDescriptors(t *testing.T) []string {
	entries, err := os.ReadDir("/dev/fd")
	require.NoError(t, err)
	names := make([]string, 0, len(entries))
	for _, e := range entries {
		names = append(names, e.Name())
	}
	return names
}

func TestProgramFoundOnlyInTheCurrentDirectoryIsRefused(t *testing.T) {
	dir := t.TempDir()
	require.NoError(t, os.Symlink(os.Args[0], filepath.Join(dir, "here-only")))
	t.Chdir(dir)
	t.Setenv("PATH", ".")

	_, err := ptyio.Pipes{}.Start(ptyio.Command{Path: "here-only"})

	assert.ErrorIs(t, err, exec.ErrDot)
}

func TestProgramInPathThatIsNotExecutable(t *testing.T) {
	dir := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(dir, "tool"), nil, 0o644))
	t.Setenv("PATH", dir)

	_, err := ptyio.Pipes{}.Start(ptyio.Command{Path: "tool"})

	assert.EqualError(t, err, "ptyio: start tool: "+filepath.Join(dir, "tool")+": permission denied")
	assert.ErrorIs(t, err, fs.ErrPermission)
	assert.NotErrorIs(t, err, exec.ErrNotFound)
}

func TestRelativePathIsRelativeToDir(t *testing.T) {
	dir := t.TempDir()
	require.NoError(t, os.Symlink(os.Args[0], filepath.Join(dir, "program")))
	cmd := helper("workdir")
	cmd.Path, cmd.Dir = "./program", dir

	conn := start(t, ptyio.Pipes{}, cmd)

	assert.Equal(t, dir+" "+dir+"\n", readAll(t, conn.Stdout()))
}

func TestCase28ProgramOpenForWriting(t *testing.T) {
	program := copyOfTestBinary(t)
	cmd := helper("exit", "5")
	cmd.Path = program

	t.Run("for a moment", func(t *testing.T) {
		writer, err := os.OpenFile(program, os.O_WRONLY, 0)
		require.NoError(t, err)
		timer := time.AfterFunc(50*time.Millisecond, func() { writer.Close() })
		defer timer.Stop()

		exit := wait(t, start(t, ptyio.Pipes{}, cmd))

		assert.Equal(t, 5, exit.Code)
	})
	t.Run("for good", func(t *testing.T) {
		writer, err := os.OpenFile(program, os.O_WRONLY, 0)
		require.NoError(t, err)
		defer writer.Close()

		began := time.Now()
		_, err = ptyio.Pipes{}.Start(cmd)

		assert.ErrorIs(t, err, syscall.ETXTBSY)
		assert.ErrorIs(t, err, ptyio.ErrTextBusy)
		assert.NotErrorIs(t, err, ptyio.ErrResources)
		assert.GreaterOrEqual(t, time.Since(began), 100*time.Millisecond, "it was tried again")
		assert.Less(t, time.Since(began), limit)
		requireNoChild(t)
	})
}

// copyOfTestBinary keeps forks away while it writes: a fork would take the
// open descriptor along, and the program could not be executed for a moment.
func copyOfTestBinary(t *testing.T) string {
	content, err := os.ReadFile(os.Args[0])
	require.NoError(t, err)
	path := filepath.Join(t.TempDir(), "program")
	syscall.ForkLock.RLock()
	defer syscall.ForkLock.RUnlock()
	require.NoError(t, os.WriteFile(path, content, 0o755))
	return path
}
