//go:build unix

package ptyio_test

import (
	"errors"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"brood/ptyio"
)

func TestStartFailures(t *testing.T) {
	dir := t.TempDir()
	file := func(name, content string, mode os.FileMode) string {
		path := filepath.Join(dir, name)
		require.NoError(t, os.WriteFile(path, []byte(content), mode))
		return path
	}
	missing := filepath.Join(dir, "missing")
	plain := file("plain", "text", 0o644)
	noShebang := file("noshebang", "text", 0o755)
	badShebang := file("badshebang", "#!/missing/interpreter\n", 0o755)
	set := func(name, value string) ptyio.Env { return ptyio.Env{Set: map[string]string{name: value}} }

	tests := []struct {
		name   string
		cmd    ptyio.Command
		target error
		dir    string
		text   string
	}{
		{"no path", ptyio.Command{}, syscall.EINVAL, "", "ptyio: start : no program named: invalid argument"},
		{"path missing", ptyio.Command{Path: missing}, fs.ErrNotExist, "",
			"ptyio: start " + missing + ": no such file or directory"},
		{"not in PATH", ptyio.Command{Path: "no-such-program-at-all"}, fs.ErrNotExist, "",
			"ptyio: start no-such-program-at-all: executable file not found in $PATH: file does not exist"},
		{"not in PATH, as os/exec says it", ptyio.Command{Path: "no-such-program-at-all"}, exec.ErrNotFound, "", ""},
		{"dir missing", ptyio.Command{Path: os.Args[0], Dir: missing}, fs.ErrNotExist, missing,
			"ptyio: start " + os.Args[0] + ": directory " + missing + ": no such file or directory"},
		{"dir is a file", ptyio.Command{Path: os.Args[0], Dir: plain}, syscall.ENOTDIR, plain, ""},
		{"path missing in a good dir", ptyio.Command{Path: missing, Dir: dir}, fs.ErrNotExist, "", ""},
		{"relative path missing in a good dir", ptyio.Command{Path: "./missing", Dir: dir}, fs.ErrNotExist, "", ""},
		{"directory", ptyio.Command{Path: dir}, syscall.EISDIR, "", "ptyio: start " + dir + ": is a directory"},
		{"relative directory", ptyio.Command{Path: "../" + filepath.Base(dir), Dir: dir}, syscall.EISDIR, "", ""},
		{"not executable", ptyio.Command{Path: plain}, fs.ErrPermission, "",
			"ptyio: start " + plain + ": permission denied"},
		{"no shebang", ptyio.Command{Path: noShebang}, syscall.ENOEXEC, "", ""},
		{"bad shebang", ptyio.Command{Path: badShebang}, fs.ErrNotExist, "",
			"ptyio: start " + badShebang + ": interpreter cannot be run: no such file or directory"},
		{"NUL in path", ptyio.Command{Path: "/bin/a\x00b"}, syscall.EINVAL, "", ""},
		{"NUL in dir", ptyio.Command{Path: os.Args[0], Dir: "/\x00"}, syscall.EINVAL, "/\x00",
			"ptyio: start " + os.Args[0] + `: directory "/\x00": NUL byte in it: invalid argument`},
		{"NUL in argument", ptyio.Command{Path: os.Args[0], Args: []string{"a", "b\x00"}}, syscall.EINVAL, "",
			"ptyio: start " + os.Args[0] + ": NUL byte in argument 2: invalid argument"},
		{"NUL in environment", ptyio.Command{Path: os.Args[0], Env: set("A", "\x00")}, syscall.EINVAL, "", ""},
		{"= in a name", ptyio.Command{Path: os.Args[0], Env: set("A=B", "")}, syscall.EINVAL, "", ""},
		{"empty name", ptyio.Command{Path: os.Args[0], Env: set("", "")}, syscall.EINVAL, "", ""},
		{"argument too long", ptyio.Command{Path: os.Args[0], Args: []string{strings.Repeat("x", 8<<20)}}, syscall.E2BIG, "", ""},
		{"nil file", ptyio.Command{Path: os.Args[0], Files: []*os.File{os.Stdin, nil}}, syscall.EINVAL, "",
			"ptyio: start " + os.Args[0] + ": no file for descriptor 4: invalid argument"},
		{"closed file", ptyio.Command{Path: os.Args[0], Files: []*os.File{closedFile(t)}}, os.ErrClosed, "", ""},
	}
	for name, transport := range map[string]ptyio.Transport{"pipes": ptyio.Pipes{}, "pty": ptyio.PTY{}} {
		for _, test := range tests {
			t.Run(name+"/"+test.name, func(t *testing.T) {
				before := openDescriptors(t)
				conn, err := transport.Start(test.cmd)
				assert.Nil(t, conn)
				require.ErrorIs(t, err, test.target)
				var startErr *ptyio.StartError
				require.ErrorAs(t, err, &startErr)
				assert.Equal(t, test.dir, startErr.Dir)
				assert.NotContains(t, err.Error(), "\n")
				if test.text != "" {
					assert.EqualError(t, err, test.text)
				}
				assert.Equal(t, before, openDescriptors(t), "descriptors left open")
			})
		}
	}
	requireNoChild(t)
}

// requireNoChild looks for any child of this process, a zombie too.
func requireNoChild(t *testing.T) {
	t.Helper()
	_, err := syscall.Wait4(-1, nil, syscall.WNOHANG, nil)
	require.ErrorIs(t, err, syscall.ECHILD, "a child was left")
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

func TestRelativePathIsRelativeToDir(t *testing.T) {
	dir := t.TempDir()
	require.NoError(t, os.Symlink(os.Args[0], filepath.Join(dir, "program")))
	cmd := helper("workdir")
	cmd.Path, cmd.Dir = "./program", dir

	conn := start(t, ptyio.Pipes{}, cmd)

	assert.Equal(t, dir+" "+dir+"\n", readAll(t, conn.Stdout()))
}

func TestProgramOpenForWriting(t *testing.T) {
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
		assert.Less(t, time.Since(began), 5*time.Second)
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

func TestStartWithoutDescriptorsLeft(t *testing.T) {
	var limits syscall.Rlimit
	require.NoError(t, syscall.Getrlimit(syscall.RLIMIT_NOFILE, &limits))
	before := openDescriptors(t)
	for free := range 12 {
		for _, transport := range []ptyio.Transport{ptyio.Pipes{}, ptyio.PTY{}} {
			startWithLimit(t, transport, limits, uint64(len(before)+free))
		}
	}
	assert.Equal(t, before, openDescriptors(t))
	requireNoChild(t)
}

// startWithLimit either fails with EMFILE or works fully.
func startWithLimit(t *testing.T, transport ptyio.Transport, limits syscall.Rlimit, descriptors uint64) {
	low := limits
	low.Cur = descriptors
	require.NoError(t, syscall.Setrlimit(syscall.RLIMIT_NOFILE, &low))
	conn, err := transport.Start(helper("exit", "4"))
	require.NoError(t, syscall.Setrlimit(syscall.RLIMIT_NOFILE, &limits))
	if err != nil {
		require.True(t, errors.Is(err, syscall.EMFILE), "%v", err)
		return
	}
	exit, err := conn.Wait()
	require.NoError(t, err)
	require.Equal(t, 4, exit.Code)
	require.NoError(t, conn.Close())
}
