package main

import (
	"bufio"
	"bytes"
	"io"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"brood/tests/leak"
)

// envMain makes the test binary the example itself.
const envMain = "EXAMPLE_STREAM_MAIN"

func TestMain(m *testing.M) {
	if os.Getenv(envMain) != "" {
		main()
		os.Exit(0)
	}
	os.Exit(leak.Run(m))
}

// example is the program while it runs.
type example struct {
	t      *testing.T
	run    *exec.Cmd
	stdin  io.WriteCloser
	output *bufio.Scanner
	stderr bytes.Buffer // what it says of itself
}

func start(t *testing.T) *example {
	run := exec.Command(os.Args[0])
	run.Env = append(os.Environ(), envMain+"=1", "GORACE=atexit_sleep_ms=0")
	stdin, err := run.StdinPipe()
	require.NoError(t, err)
	stdout, err := run.StdoutPipe()
	require.NoError(t, err)
	program := &example{t: t, run: run, stdin: stdin, output: bufio.NewScanner(stdout)}
	run.Stderr = &program.stderr
	require.NoError(t, run.Start())
	stuck := time.AfterFunc(20*time.Second, func() { run.Process.Kill() })
	t.Cleanup(func() { stuck.Stop() })
	return program
}

func (e *example) write(text string) {
	_, err := io.WriteString(e.stdin, text)
	require.NoError(e.t, err)
}

func (e *example) line() string {
	require.True(e.t, e.output.Scan(), "no more output")
	return e.output.Text()
}

// end returns the rest of the output and the exit code.
func (e *example) end() (string, int) {
	var rest []string
	for e.output.Scan() {
		rest = append(rest, e.output.Text())
	}
	_ = e.run.Wait() // the code tells
	return strings.Join(rest, "\n"), e.run.ProcessState.ExitCode()
}

func TestPrintsLinesAsTheyCome(t *testing.T) {
	program := start(t)
	assert.Equal(t, "stdout: ready", program.line())
	program.write("one\n")
	assert.Equal(t, "stdout: got one", program.line())
	program.write("two\nthr")
	assert.Equal(t, "stdout: got two", program.line())
	program.write("ee\n")
	assert.Equal(t, "stdout: got three", program.line())
	program.stdin.Close()
	rest, code := program.end()
	assert.Equal(t, "stdout: end of input\nended: exit code 0, restarts: 0", rest)
	assert.Equal(t, 0, code)
}

func TestStartsACrashedChildAgain(t *testing.T) {
	program := start(t)
	assert.Equal(t, "stdout: ready", program.line())
	program.write("crash\n")
	assert.Equal(t, "stderr: about to crash", program.line())
	assert.Equal(t, "stdout: ready", program.line())
	program.write("again\n")
	assert.Equal(t, "stdout: got again", program.line())
	program.stdin.Close()
	rest, code := program.end()
	assert.Equal(t, "stdout: end of input\nended: exit code 0, restarts: 1", rest)
	assert.Equal(t, 0, code)
}

func TestGivesUpAfterTooManyCrashes(t *testing.T) {
	program := start(t)
	for range 4 {
		assert.Equal(t, "stdout: ready", program.line())
		program.write("crash\n")
		assert.Equal(t, "stderr: about to crash", program.line())
	}
	rest, code := program.end()
	assert.Equal(t, "ended: exit code 3, restarts: 3", rest)
	assert.Regexp(t, `gave up.*: exit code 3 \(limit: 3 restarts in 1m0s\)\n$`, program.stderr.String())
	assert.Equal(t, 1, code)
}

func TestEndsInOrderOnASignal(t *testing.T) {
	for _, sig := range []syscall.Signal{syscall.SIGINT, syscall.SIGTERM} {
		t.Run(sig.String(), func(t *testing.T) {
			program := start(t)
			assert.Equal(t, "stdout: ready", program.line())
			require.NoError(t, program.run.Process.Signal(sig))
			rest, code := program.end()
			assert.Equal(t, "ended: signal: terminated (stopped), restarts: 0", rest)
			assert.Equal(t, 128+int(sig), code)
		})
	}
}
