//go:build unix

package ptyio_test

import (
	"errors"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"brood/ptyio"
)

// startFailure is a command that cannot be started, and what the error says.
type startFailure struct {
	name   string
	cmd    ptyio.Command
	target error
	dir    string
	text   string // empty: any
}

// self is a program that could be started.
func self(change func(cmd *ptyio.Command)) ptyio.Command {
	cmd := ptyio.Command{Path: os.Args[0]}
	change(&cmd)
	return cmd
}

func inDir(dir string) ptyio.Command { return self(func(cmd *ptyio.Command) { cmd.Dir = dir }) }

func with(name, value string) ptyio.Command {
	return self(func(cmd *ptyio.Command) { cmd.Env.Set = map[string]string{name: value} })
}

func withArgs(args ...string) ptyio.Command {
	return self(func(cmd *ptyio.Command) { cmd.Args = args })
}

func withFiles(files ...*os.File) ptyio.Command {
	return self(func(cmd *ptyio.Command) { cmd.Files = files })
}

// ofPrograms are about the program, below dir.
func ofPrograms(t *testing.T, dir string) []startFailure {
	file := func(name, content string, mode os.FileMode) string {
		path := filepath.Join(dir, name)
		require.NoError(t, os.WriteFile(path, []byte(content), mode))
		return path
	}
	missing, long := filepath.Join(dir, "missing"), filepath.Join(dir, strings.Repeat("x", 300))
	plain := file("plain", "text", 0o644)
	noShebang := file("noshebang", "text", 0o755)
	badShebang := file("badshebang", "#!/missing/interpreter\n", 0o755)
	forbidden := file("forbidden", "#! "+plain+" -x\n", 0o755)
	windows := file("windows", "#!"+os.Args[0]+"\r\n", 0o755)
	directory := file("directory", "#!"+dir+"\n", 0o755)
	return []startFailure{
		{"no path", ptyio.Command{}, syscall.EINVAL, "", "ptyio: start : no program named: invalid argument"},
		{"path missing", ptyio.Command{Path: missing}, fs.ErrNotExist, "",
			"ptyio: start " + missing + ": no such file or directory"},
		{"not in PATH", ptyio.Command{Path: "no-such-program-at-all"}, fs.ErrNotExist, "",
			"ptyio: start no-such-program-at-all: executable file not found in $PATH: file does not exist"},
		{"not in PATH, as os/exec says it", ptyio.Command{Path: "no-such-program-at-all"}, exec.ErrNotFound, "", ""},
		{"path missing in a good dir", ptyio.Command{Path: missing, Dir: dir}, fs.ErrNotExist, "", ""},
		{"relative path missing in a good dir", ptyio.Command{Path: "./missing", Dir: dir}, fs.ErrNotExist, "", ""},
		{"directory", ptyio.Command{Path: dir}, syscall.EISDIR, "", "ptyio: start " + dir + ": is a directory"},
		{"relative directory", ptyio.Command{Path: "../" + filepath.Base(dir), Dir: dir}, syscall.EISDIR, "", ""},
		{"below a file", ptyio.Command{Path: plain + "/x"}, syscall.ENOTDIR, "",
			"ptyio: start " + plain + "/x: not a directory"},
		{"name too long", ptyio.Command{Path: long}, syscall.ENAMETOOLONG, "", ""},
		{"not executable", ptyio.Command{Path: plain}, fs.ErrPermission, "",
			"ptyio: start " + plain + ": permission denied"},
		{"no shebang", ptyio.Command{Path: noShebang}, syscall.ENOEXEC, "", ""},
		{"interpreter missing", ptyio.Command{Path: badShebang}, ptyio.ErrInterpreter, "",
			"ptyio: start " + badShebang + ": interpreter cannot be run: /missing/interpreter: no such file or directory"},
		{"interpreter with a carriage return", ptyio.Command{Path: windows}, ptyio.ErrInterpreter, "",
			"ptyio: start " + windows + `: interpreter cannot be run: "` + os.Args[0] + `\r": no such file or directory`},
		{"interpreter not executable", ptyio.Command{Path: forbidden}, ptyio.ErrInterpreter, "",
			"ptyio: start " + forbidden + ": interpreter cannot be run: " + plain + ": permission denied"},
		{"interpreter a directory", ptyio.Command{Path: directory}, ptyio.ErrInterpreter, "", ""},
		{"line break in path", ptyio.Command{Path: dir + "/a\nb"}, fs.ErrNotExist, "",
			"ptyio: start " + strconv.Quote(dir+"/a\nb") + ": no such file or directory"},
		{"NUL in path", ptyio.Command{Path: "/bin/a\x00b"}, syscall.EINVAL, "",
			`ptyio: start "/bin/a\x00b": NUL byte in the path: invalid argument`},
	}
}

// ofDirs are about the working directory.
func ofDirs(t *testing.T, dir string) []startFailure {
	missing := filepath.Join(dir, "missing dir")
	file := filepath.Join(dir, "file")
	require.NoError(t, os.WriteFile(file, nil, 0o755))
	long := filepath.Join(dir, strings.Repeat("x", 300))
	both := inDir(missing)
	both.Path = "/missing/program"
	relative := inDir(missing)
	relative.Path = "./program"
	return []startFailure{
		{"dir missing", inDir(missing), fs.ErrNotExist, missing,
			"ptyio: start " + os.Args[0] + ": directory " + missing + ": no such file or directory"},
		{"dir missing and program too", both, fs.ErrNotExist, missing, ""},
		{"dir of a relative program missing", relative, fs.ErrNotExist, missing, ""},
		{"dir is a file", inDir(file), syscall.ENOTDIR, file, ""},
		{"dir below a file", inDir(file + "/x"), syscall.ENOTDIR, file + "/x", ""},
		{"name of dir too long", inDir(long), syscall.ENAMETOOLONG, long, ""},
		{"NUL in dir", inDir("/\x00"), syscall.EINVAL, "/\x00",
			"ptyio: start " + os.Args[0] + `: directory "/\x00": NUL byte in it: invalid argument`},
	}
}

// ofTheRest are about what the program would get.
func ofTheRest(t *testing.T) []startFailure {
	text := "ptyio: start " + os.Args[0] + ": "
	return []startFailure{
		{"NUL in argument", withArgs("a", "b\x00"), syscall.EINVAL, "", text + "NUL byte in argument 2: invalid argument"},
		{"NUL in a value", with("A", "\x00"), syscall.EINVAL, "",
			text + "NUL byte in the value of environment variable A: invalid argument"},
		{"NUL in a name", with("A\x00", ""), syscall.EINVAL, "",
			text + `NUL byte in the name of environment variable "A\x00": invalid argument`},
		{"= in a name", with("A=B", ""), syscall.EINVAL, "", text + `bad name of environment variable "A=B": invalid argument`},
		{"empty name", with("", ""), syscall.EINVAL, "", ""},
		{"arguments too long", withArgs(strings.Repeat("x", 8<<20)), syscall.E2BIG, "", ""},
		{"environment too long", with("A", strings.Repeat("x", 8<<20)), syscall.E2BIG, "", ""},
		{"nil file", withFiles(os.Stdin, nil), syscall.EINVAL, "", text + "no file for descriptor 4: invalid argument"},
		{"closed file", withFiles(closedFile(t)), os.ErrClosed, "", ""},
	}
}

func TestCase27StartFailures(t *testing.T) {
	dir := t.TempDir()
	failures := append(append(ofPrograms(t, dir), ofDirs(t, dir)...), ofTheRest(t)...)
	onEach(t, func(t *testing.T, transport ptyio.Transport) {
		for _, failure := range failures {
			t.Run(failure.name, func(t *testing.T) { requireFailure(t, transport, failure) })
		}
		requireNoChild(t)
	})
}

// requireFailure fails 50 times, and leaves nothing open.
func requireFailure(t *testing.T, transport ptyio.Transport, failure startFailure) {
	before := openDescriptors(t)
	var err error
	for range 50 {
		var conn ptyio.Conn
		conn, err = transport.Start(failure.cmd)
		require.Nil(t, conn)
		require.ErrorIs(t, err, failure.target)
	}
	// Not the same ones: what contains children may open its own meanwhile.
	assert.Less(t, len(openDescriptors(t)), len(before)+25, "descriptors left open by 50 failures")
	var startErr *ptyio.StartError
	require.ErrorAs(t, err, &startErr)
	assert.Equal(t, failure.cmd.Path, startErr.Path)
	assert.Equal(t, failure.dir, startErr.Dir)
	assert.Equal(t, failure.target == ptyio.ErrInterpreter, errors.Is(err, ptyio.ErrInterpreter))
	assert.NotErrorIs(t, err, ptyio.ErrResources)
	assert.NotContains(t, err.Error(), "\n")
	assert.NotContains(t, err.Error(), "\x00")
	if failure.text != "" {
		assert.EqualError(t, err, failure.text)
	}
}
