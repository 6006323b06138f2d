package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"brood/actors"
	"brood/runtime"
	"brood/runtime/worker"
	"brood/tests/leak"
)

// envMain makes the test binary the program itself.
const envMain = "QUICKSTART_TEST_MAIN"

func TestMain(m *testing.M) {
	if worker.Name() != "" || os.Getenv(envMain) != "" {
		main()
	}
	os.Exit(leak.Run(m))
}

// program returns the command that runs the program with args.
func program(t *testing.T, args ...string) *exec.Cmd {
	t.Helper()
	self, err := os.Executable()
	require.NoError(t, err)
	cmd := exec.Command(self, args...)
	cmd.Env = append(os.Environ(), envMain+"=1")
	return cmd
}

// counted is what the program says with --json.
func counted(t *testing.T, cmd *exec.Cmd) (r report, code int) {
	t.Helper()
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	err := cmd.Run()
	require.NotNil(t, cmd.ProcessState, "%v", err)
	decoder := json.NewDecoder(&stdout)
	decoder.DisallowUnknownFields()
	require.NoError(t, decoder.Decode(&r), "stderr: %s", &stderr)
	_, err = decoder.Token()
	require.ErrorIs(t, err, io.EOF, "nothing but one object on stdout")
	return r, cmd.ProcessState.ExitCode()
}

func TestSmallTree(t *testing.T) {
	dir := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(dir, "one"), []byte("one two\nthree\n"), 0o600))
	require.NoError(t, os.WriteFile(filepath.Join(dir, "two"), []byte("four"), 0o600))
	got, code := counted(t, program(t, "--json", dir))
	assert.Zero(t, code)
	assert.Positive(t, got.TasksPerSecond)
	got.TasksPerSecond = 0
	assert.Equal(t, report{
		Files: 2, Bytes: 18, Lines: 2, Words: 4,
		Failures: map[string]string{},
		Largest: []largeFile{
			{filepath.Join(dir, "one"), 14, "6481b98de00b3b8c0eccd56b3877aa72d7cbb9c2b97142fa35f7177f9456926d"},
			{filepath.Join(dir, "two"), 4, "04efaf080f5a3e74e1c29d1ca6a48569382cbbcd324e8d59d2b83ef21c039f00"},
		},
		Restarts: 1, // one worker was killed while it held one of the two
		Shell:    "Linux, terminal of 24 80",
		Spans: map[string]int{
			"submit count": 2, "queue count": 3, "exchange count": 3, "handle count": 2,
			"spawn " + filepath.Base(os.Args[0]): 5, "spawn sh": 1,
		},
	}, got)
}

func TestEmptyTree(t *testing.T) {
	got, code := counted(t, program(t, "--json", t.TempDir()))
	assert.Zero(t, code)
	assert.Zero(t, got.Files)
	assert.Zero(t, got.Restarts, "nothing was there to be killed for")
}

func TestTable(t *testing.T) {
	dir := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(dir, "a\tb\n"), []byte("word"), 0o600))
	cmd := program(t, dir)
	out, err := cmd.Output()
	require.NoError(t, err)
	assert.Regexp(t, `(?m)^files +1$`, string(out))
	assert.Regexp(t, `(?m)^largest 1 +4 +".*a\\tb\\n"$`, string(out), "a name can not break the table")
	assert.Regexp(t, `(?m)^children left +0$`, string(out))
}

func TestBadArguments(t *testing.T) {
	for _, test := range []struct {
		args []string
		code int
		says string
	}{
		{[]string{"a", "b"}, 2, "usage:"},
		{[]string{"--no-such-flag"}, 2, "usage:"},
		{[]string{"/no/such/directory"}, 1, "no such file or directory"},
		{[]string{"/dev/null"}, 1, "not a directory"},
	} {
		cmd := program(t, test.args...)
		var stderr bytes.Buffer
		cmd.Stderr = &stderr
		out, err := cmd.Output()
		require.Error(t, err)
		assert.Equal(t, test.code, cmd.ProcessState.ExitCode(), "%v", test.args)
		assert.Contains(t, stderr.String(), test.says)
		assert.Empty(t, out)
	}
}

// A link to a directory is as good as the directory.
func TestLinkToADirectory(t *testing.T) {
	dir := t.TempDir()
	require.NoError(t, os.Mkdir(filepath.Join(dir, "real"), 0o700))
	require.NoError(t, os.WriteFile(filepath.Join(dir, "real", "file"), []byte("x\n"), 0o600))
	link := filepath.Join(dir, "link")
	require.NoError(t, os.Symlink("real", link))
	got, code := counted(t, program(t, "--json", link))
	assert.Zero(t, code)
	assert.Equal(t, 1, got.Files)
	require.Len(t, got.Largest, 1)
	assert.Equal(t, filepath.Join(link, "file"), got.Largest[0].Path)
}

// Who reads the progress may leave; the children are not left behind for it.
func TestProgressReaderLeaves(t *testing.T) {
	dir := t.TempDir()
	for i := range 200 {
		require.NoError(t, os.WriteFile(filepath.Join(dir, fmt.Sprint(i)), []byte("x\n"), 0o600))
	}
	cmd := program(t, "--json", dir)
	var stdout bytes.Buffer
	cmd.Stdout = &stdout
	stderr, err := cmd.StderrPipe()
	require.NoError(t, err)
	require.NoError(t, cmd.Start())
	_, err = stderr.Read(make([]byte, 1)) // the first tenth is done
	require.NoError(t, err)
	require.NoError(t, stderr.Close())
	require.NoError(t, cmd.Wait())
	assert.Contains(t, stdout.String(), `"files":200,`)
	assert.Empty(t, leak.Children())
}

// Ctrl-C ends everything in order wherever it comes.
func TestInterrupt(t *testing.T) {
	dir := t.TempDir()
	for i := range 8 { // enough work that it is not over too soon
		big, err := os.Create(filepath.Join(dir, "big"+string(rune('0'+i))))
		require.NoError(t, err)
		require.NoError(t, big.Truncate(1<<30))
		require.NoError(t, big.Close())
	}
	for _, moment := range []time.Duration{0, 3 * time.Millisecond, 10 * time.Millisecond, 50 * time.Millisecond, 300 * time.Millisecond} {
		t.Run(moment.String(), func(t *testing.T) {
			cmd := program(t, "--json", dir)
			var stdout, stderr bytes.Buffer
			cmd.Stdout, cmd.Stderr = &stdout, &stderr
			require.NoError(t, cmd.Start())
			awaitChild(t, cmd.Process.Pid)
			<-time.After(moment)
			require.NoError(t, cmd.Process.Signal(syscall.SIGINT))
			_ = cmd.Wait()
			assert.Equal(t, 130, cmd.ProcessState.ExitCode(), "stderr: %s", &stderr)
			assert.Contains(t, stderr.String(), "ended by interrupt, 0 children left")
			assert.Empty(t, stdout.String())
			assert.Empty(t, leak.Children())
		})
	}
}

// awaitChild waits until a process has a child: then it has asked for signals.
func awaitChild(t *testing.T, pid int) {
	t.Helper()
	require.Eventually(t, func() bool {
		tasks, _ := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/children", pid))
		for _, task := range tasks {
			if children, err := os.ReadFile(task); err == nil && len(children) > 0 {
				return true
			}
		}
		return false
	}, 10*time.Second, 100*time.Microsecond)
}

// Before the program has got as far as asking for signals, Ctrl-C ends it as it
// ends any program; there is no child yet then.
func TestInterruptAtOnce(t *testing.T) {
	for range 5 {
		cmd := program(t, "--json", ".")
		require.NoError(t, cmd.Start())
		require.NoError(t, cmd.Process.Signal(syscall.SIGINT))
		_ = cmd.Wait()
		status := cmd.ProcessState.Sys().(syscall.WaitStatus)
		assert.True(t, status.ExitStatus() == 130 || status.Signal() == syscall.SIGINT, cmd.ProcessState)
		assert.Empty(t, leak.Children())
	}
}

// On a terminal there is a bar. The program is run by the library that it
// shows.
func TestProgressBarOnATerminal(t *testing.T) {
	rt, err := runtime.New(runtime.Options{})
	require.NoError(t, err)
	var mu sync.Mutex
	var out bytes.Buffer
	self, err := os.Executable()
	require.NoError(t, err)
	p, err := rt.Start(context.Background(), runtime.ProcessSpec{
		Command:   runtime.Command{Path: self, Args: []string{"."}, Env: runtime.Env{Set: map[string]string{envMain: "1"}}},
		Transport: runtime.PTY{},
		Restart:   runtime.Temporary,
		Output: func(_ actors.Stream, data []byte) {
			mu.Lock()
			defer mu.Unlock()
			out.Write(data)
		},
	})
	require.NoError(t, err)
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	exit, err := p.Wait(ctx)
	require.NoError(t, err)
	require.NoError(t, rt.Shutdown(ctx))
	assert.True(t, exit.Success(), exit)
	assert.Contains(t, out.String(), "\rcounting")
	assert.Contains(t, out.String(), "100%")
	assert.Contains(t, out.String(), "files")
}

// Elsewhere there are plain lines.
func TestPlainProgress(t *testing.T) {
	cmd := program(t, ".")
	stderr, err := cmd.StderrPipe()
	require.NoError(t, err)
	require.NoError(t, cmd.Start())
	var last string
	for lines := bufio.NewScanner(stderr); lines.Scan(); last = lines.Text() {
		assert.NotContains(t, lines.Text(), "\r")
	}
	require.NoError(t, cmd.Wait())
	all := strings.Fields(last)
	require.Len(t, all, 4, last)
	assert.Equal(t, all[0], all[2], "the last line says that all is done")
}
