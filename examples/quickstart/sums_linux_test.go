package main

import (
	"bytes"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestSumsAreRight compares with what wc and sha256sum say of a tree of
// difficult files, as an unprivileged user.
func TestSumsAreRight(t *testing.T) {
	dir := publicDir(t)
	good := goodFiles(t, dir)
	locked := filepath.Join(dir, "locked")
	require.NoError(t, os.WriteFile(locked, []byte("secret"), 0o600))
	require.NoError(t, os.Chmod(locked, 0))
	hidden := filepath.Join(dir, "hidden")
	require.NoError(t, os.Mkdir(hidden, 0o700))
	require.NoError(t, os.WriteFile(filepath.Join(hidden, "x"), []byte("x"), 0o600))
	require.NoError(t, os.Chmod(hidden, 0))
	require.NoError(t, os.Symlink(".", filepath.Join(dir, "loop")))
	require.NoError(t, os.Symlink("locked", filepath.Join(dir, "link-to-file")))
	require.NoError(t, syscall.Mkfifo(filepath.Join(dir, "pipe"), 0o666))

	cmd := program(t, "--json", dir)
	unprivileged(t, cmd)
	got, code := counted(t, cmd)
	assert.Zero(t, code, "what can not be read is reported, not fatal")
	assert.Equal(t, map[string]string{locked: "permission denied", hidden: "permission denied"}, got.Failures)
	assert.Equal(t, 2, got.Failed)

	var want report
	for _, path := range good {
		want.add(path, outside(t, path))
	}
	assert.Equal(t, want.Files, got.Files)
	assert.Equal(t, want.Bytes, got.Bytes)
	assert.Equal(t, want.Lines, got.Lines)
	assert.Equal(t, want.Words, got.Words)
	assert.Equal(t, want.Largest, got.Largest)
	assert.Equal(t, 1, got.Restarts)
	assert.Zero(t, got.ChildrenLeft)
}

// goodFiles makes files that can be counted and returns their paths.
func goodFiles(t *testing.T, dir string) (paths []string) {
	t.Helper()
	random := make([]byte, 300_000)
	_, _ = rand.NewChaCha8([32]byte{7}).Read(random)
	for name, content := range map[string][]byte{
		"empty":                             nil,
		"no final newline":                  []byte("a b\nc"),
		"only spaces":                       []byte(" \t\n\v\f\r "),
		"binary":                            random,
		"-n":                                []byte("a name like an option\n"),
		"name with\nnewline":                []byte("one\n"),
		"name with invalid \xff\xfe UTF-8 ": []byte("two words\n"),
		"non-ascii ä":                       []byte("ä ö\x00 \x7f\n"),
	} {
		path := filepath.Join(dir, name)
		require.NoError(t, os.WriteFile(path, content, 0o644))
		paths = append(paths, path)
	}
	path := filepath.Join(dir, "200 MB")
	big, err := os.Create(path)
	require.NoError(t, err)
	// Text at both ends and a hole in between, which takes no space on disk.
	_, err = io.WriteString(big, "a few words ")
	require.NoError(t, err)
	_, err = big.WriteAt([]byte("the end\n"), 200_000_000-8)
	require.NoError(t, err)
	require.NoError(t, big.Close())
	return append(paths, path)
}

// outside asks wc and sha256sum.
func outside(t *testing.T, path string) (c counts) {
	t.Helper()
	ask := func(program string, args ...string) string {
		f, err := os.Open(path)
		require.NoError(t, err)
		defer f.Close()
		cmd := exec.Command(program, args...)
		cmd.Stdin, cmd.Env = f, []string{"LC_ALL=C", "PATH=" + os.Getenv("PATH")}
		out, err := cmd.Output()
		require.NoError(t, err)
		return string(out)
	}
	_, err := fmt.Sscan(ask("wc", "-l", "-w", "-c"), &c.Lines, &c.Words, &c.Bytes)
	require.NoError(t, err)
	c.SHA256, _, _ = strings.Cut(ask("sha256sum"), " ")
	return c
}

// The same of any bytes, cut into blocks anywhere.
func TestWordsAreThoseOfWC(t *testing.T) {
	alphabet := []byte("ab \t\n\v\f\r\x00\x01\x7f\x80\xa0\xff.!~")
	random := rand.New(rand.NewPCG(1, 2))
	for range 50 {
		text := make([]byte, random.IntN(200))
		for i := range text {
			text[i] = alphabet[random.IntN(len(alphabet))]
		}
		path := filepath.Join(t.TempDir(), "text")
		require.NoError(t, os.WriteFile(path, text, 0o600))
		words := wordCounter{}
		cut := random.IntN(len(text) + 1)
		words.add(text[:cut])
		words.add(text[cut:])
		assert.Equal(t, outside(t, path).Words, words.n, "%q", text)
	}
}

// A file that was found and is gone when its turn comes is reported.
func TestVanishingFile(t *testing.T) {
	dir := t.TempDir()
	for i := range 20 {
		big, err := os.Create(filepath.Join(dir, fmt.Sprintf("%02d", i)))
		require.NoError(t, err)
		if i >= 4 { // the first four are quick: then the others keep the workers busy
			require.NoError(t, big.Truncate(100<<20))
		}
		require.NoError(t, big.Close())
	}
	vanishing := filepath.Join(dir, "99")
	require.NoError(t, os.WriteFile(vanishing, nil, 0o600))

	cmd := program(t, "--json", dir)
	var stdout bytes.Buffer
	cmd.Stdout = &stdout
	stderr, err := cmd.StderrPipe()
	require.NoError(t, err)
	require.NoError(t, cmd.Start())
	_, err = stderr.Read(make([]byte, 1)) // the first tenth is done
	require.NoError(t, err)
	require.NoError(t, os.Remove(vanishing))
	_, err = io.Copy(io.Discard, stderr)
	require.NoError(t, err)
	require.NoError(t, cmd.Wait())
	assert.Contains(t, stdout.String(), fmt.Sprintf(`"failures":{%q:"no such file or directory"}`, vanishing))
	assert.Contains(t, stdout.String(), `"files":20,`)
}

// A large file is never in memory as a whole, neither here nor in a worker.
func TestMemoryStaysSmall(t *testing.T) {
	dir := t.TempDir()
	big, err := os.Create(filepath.Join(dir, "big"))
	require.NoError(t, err)
	require.NoError(t, big.Truncate(200_000_000))
	require.NoError(t, big.Close())
	cmd := program(t, "--json", dir)
	got, code := counted(t, cmd)
	assert.Zero(t, code)
	assert.EqualValues(t, 200_000_000, got.Bytes)
	// For a process that has been waited for, this is the most that it or any
	// of its own children had: getrusage(2).
	peak := cmd.ProcessState.SysUsage().(*syscall.Rusage).Maxrss * 1024
	t.Logf("at most %d bytes", peak)
	// It counts the peak of who forked it, too, which execve(2) keeps: this
	// binary's, and with the race detector that alone can be more.
	if !raceEnabled {
		assert.Less(t, peak, int64(150_000_000))
	}
}

// publicDir returns a directory that any user can reach.
func publicDir(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "quickstart")
	require.NoError(t, err)
	require.NoError(t, os.Chmod(dir, 0o755))
	t.Cleanup(func() {
		_ = os.Chmod(filepath.Join(dir, "hidden"), 0o700)
		assert.NoError(t, os.RemoveAll(dir))
	})
	return dir
}

// unprivileged makes a command run as nobody, if the tests run as root, from a
// copy of the program that nobody may execute.
func unprivileged(t *testing.T, cmd *exec.Cmd) {
	t.Helper()
	if os.Geteuid() != 0 {
		return
	}
	copied := filepath.Join(publicDir(t), "program")
	syscall.ForkLock.RLock() // no child of another test may inherit the open file: ETXTBSY
	program, err := os.ReadFile(cmd.Path)
	if err == nil {
		err = os.WriteFile(copied, program, 0o755)
	}
	syscall.ForkLock.RUnlock()
	require.NoError(t, err)
	cmd.Path = copied
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: 65534, Gid: 65534}}
}
