package leak

import (
	"bytes"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// leaked keeps what TestLeak opens reachable, so that no finalizer closes it.
var leaked *os.File

// TestLeak is the body of the negative controls: it passes, and leaves behind
// what the environment says.
func TestLeak(t *testing.T) {
	switch os.Getenv(control) {
	case "":
		t.Skip("only for the re-executed test binary")
	case "nothing":
	case "goroutine":
		go forever(make(chan struct{}))
	case "descriptor":
		var err error
		leaked, err = os.Open(os.DevNull)
		require.NoError(t, err)
	case "process":
		startLingering(os.Environ())
	case "unmarked process":
		startLingering(nil)
	case "orphan":
		run := exec.Command(os.Args[0])
		run.Env = append(os.Environ(), control+"=fork")
		require.NoError(t, run.Run())
	}
}

func forever(c chan struct{}) { <-c }

// startLingering starts a process in a session of its own and forgets it.
func startLingering(env []string) {
	child := exec.Command(os.Args[0])
	child.Env = append(env, control+"=linger")
	child.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	if err := child.Start(); err != nil {
		panic(err)
	}
	child.Process.Release()
}

func TestRunReportsLeaks(t *testing.T) {
	for _, test := range []struct {
		leak, report string
	}{
		{"goroutine", "leak.forever"},
		{"descriptor", ": /dev/null"},
		{"process", "leak: process "},
		{"unmarked process", "leak: process "},
		{"orphan", "leak: process "},
	} {
		t.Run(test.leak, func(t *testing.T) {
			t.Parallel()
			code, output := runControl(t, test.leak)
			assert.Equal(t, 1, code)
			assert.Contains(t, output, "PASS")
			assert.Contains(t, output, test.report)
			assert.Equal(t, 1, strings.Count(output, "leak: "), output)
		})
	}
}

func TestRunIsSilentWithoutLeak(t *testing.T) {
	code, output := runControl(t, "nothing")
	assert.Equal(t, 0, code)
	assert.Contains(t, output, "PASS")
	assert.NotContains(t, output, "leak: ")
}

var reportedProcess = regexp.MustCompile(`leak: process ([0-9]+)`)

// stateOf returns the state letter of the process pid, empty if it is gone.
func stateOf(pid string) string {
	stat, _ := os.ReadFile("/proc/" + pid + "/stat")
	_, rest, _ := strings.Cut(string(stat), ") ")
	return rest[:min(1, len(rest))]
}

// runControl runs TestLeak in a test binary of its own and returns its exit
// code and output. No process that it reported may run afterwards.
func runControl(t *testing.T, leak string) (int, string) {
	t.Helper()
	inner := exec.Command(os.Args[0], "-test.run=^TestLeak$", "-test.v")
	inner.Env = append(os.Environ(), control+"="+leak)
	var output bytes.Buffer
	inner.Stdout, inner.Stderr = &output, &output
	err := inner.Run()
	if _, ok := err.(*exec.ExitError); !ok {
		require.NoError(t, err)
	}
	for _, match := range reportedProcess.FindAllStringSubmatch(output.String(), -1) {
		assert.Contains(t, []string{"", "Z"}, stateOf(match[1]), "%s must have been killed", match[0])
	}
	return inner.ProcessState.ExitCode(), output.String()
}

func TestRunKeepsTheCodeOfFailedTests(t *testing.T) {
	t.Setenv(markName, Mark())
	var report bytes.Buffer
	code := run(func() int { return 2 }, &report)
	assert.Equal(t, 2, code)
	assert.Empty(t, report.String())
}

func TestChildrenFindsAProcessUntilItEnded(t *testing.T) {
	child := exec.Command(os.Args[0], "some", "argument")
	child.Env = append(os.Environ(), control+"=linger")
	require.NoError(t, child.Start())
	t.Cleanup(func() { child.Process.Kill() })

	find := func() (found Process) {
		for _, p := range Children() {
			if p.PID == child.Process.Pid {
				found = p
			}
		}
		return found
	}
	assert.Equal(t, os.Args[0]+" some argument", find().Command)
	assert.Contains(t, []string{"R", "S", "D"}, find().State)
	require.NoError(t, child.Process.Kill())
	assert.Eventually(t, func() bool { return find().PID == 0 }, time.Second, time.Millisecond, "a zombie is no child")
	child.Wait()
	assert.Zero(t, find())
}
