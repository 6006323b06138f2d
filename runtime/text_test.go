package runtime

import (
	"context"
	"io/fs"
	"strings"
	"syscall"
	"testing"

	"github.com/stretchr/testify/assert"

	"brood/actors"
	"brood/runtime/worker"
)

func TestCommandLine(t *testing.T) {
	for want, command := range map[string]Command{
		`true`:                       {Path: "true"},
		`git status -s`:              {Path: "git", Args: []string{"status", "-s"}},
		`echo "" "a b" "x\ny"`:       {Path: "echo", Args: []string{"", "a b", "x\ny"}},
		`echo "\"" "'" "$HOME" "a*"`: {Path: "echo", Args: []string{`"`, `'`, `$HOME`, "a*"}},
		`"/opt/my program" --x=1`:    {Path: "/opt/my program", Args: []string{"--x=1"}},
		`echo grün`:                  {Path: "echo", Args: []string{"grün"}},
	} {
		t.Run(want, func(t *testing.T) {
			assert.Equal(t, want, commandLine(command))
		})
	}
}

func TestCommandLineLeavesTheCommandAlone(t *testing.T) {
	args := []string{"a b", "c"}
	commandLine(Command{Path: "p", Args: args})
	assert.Equal(t, []string{"a b", "c"}, args)
}

func TestCommandLineHidesNoControlCharacters(t *testing.T) {
	line := commandLine(Command{Path: "echo", Args: []string{"\x1b[2J", "\x00", "\xff"}})
	assert.Equal(t, `echo "\x1b[2J" "\x00" "\xff"`, line)
}

func TestClean(t *testing.T) {
	for name, want := range map[string]string{
		"":                       "",
		"worker-1_a.B":           "worker-1_a.B",
		"a/b c$d":                "a_b_c_d",
		"grün":                   "gr__n",
		strings.Repeat("x", 100): strings.Repeat("x", 64),
	} {
		assert.Equal(t, want, clean(name), "%q", name)
	}
}

func TestNamesAreUnique(t *testing.T) {
	rt := &Runtime{names: map[string]int{}}
	var names []string
	for _, name := range []string{"a", "a", "b", "a/b", "a b"} {
		names = append(names, rt.name("run", name))
	}
	assert.Equal(t, []string{"run-a-1", "run-a-2", "run-b-1", "run-a_b-1", "run-a_b-2"}, names)
}

func TestErrorTexts(t *testing.T) {
	exited := func(code int, stderr string) actors.Exit {
		return actors.Exit{Reason: actors.ReasonExited, PID: 4711, Code: code, StderrTail: []byte(stderr)}
	}
	missing := actors.Exit{Reason: actors.ReasonStartFailed, Code: -1, Err: fs.ErrNotExist}
	killed := actors.Exit{Reason: actors.ReasonSignalled, PID: 4711, Code: -1, Signal: syscall.SIGKILL}
	left := actors.Exit{Reason: actors.ReasonExited, PID: 4711, Survivors: []int{7}, Containment: "group (weak)"}
	for _, test := range []struct {
		err   error
		want  string
		cause error
	}{
		{&ExitError{Command: "make all", Exit: exited(2, "")}, `runtime: make all: exit code 2`, nil},
		{&ExitError{Command: "make", Exit: exited(2, " \n")}, `runtime: make: exit code 2`, nil},
		{&ExitError{Command: "make", Exit: exited(2, "first\nlast\n")}, `runtime: make: exit code 2: "last"`, nil},
		{&ExitError{Command: "make", Exit: exited(2, "half a li\"ne")}, `runtime: make: exit code 2: "half a li\"ne"`, nil},
		{&ExitError{Command: "make", Exit: exited(2, "windows\r\nends\r\n")}, `runtime: make: exit code 2: "ends"`, nil},
		{&ExitError{Command: "make", Exit: killed}, `runtime: make: signal: killed`, nil},
		{&ExitError{Command: "make", Exit: killed, Err: ErrTimeout}, `runtime: make: timed out: signal: killed`, context.DeadlineExceeded},
		{&ExitError{Command: "make", Exit: left}, `runtime: make: exit code 0; left behind: [7] (containment: group (weak))`, ErrLeftBehind},
		{&StartError{"make", missing}, `runtime: start make: start failed: file does not exist`, fs.ErrNotExist},
		{&StartError{"make", exited(1, "no")}, `runtime: start make: ended before it was ready: exit code 1: "no"`, nil},
	} {
		assert.EqualError(t, test.err, test.want)
		if test.cause != nil {
			assert.ErrorIs(t, test.err, test.cause, test.want)
		}
	}
}

func TestWorkerNamesItself(t *testing.T) {
	command := Worker("hash", "-v")
	assert.NotEmpty(t, command.Path)
	assert.Equal(t, Command{
		Path: command.Path,
		Args: []string{"-v"},
		Env:  Env{Set: map[string]string{worker.EnvName: "hash"}},
	}, command)
}
