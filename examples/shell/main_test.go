package main

import (
	"os"
	"os/exec"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"brood/tests/leak"
)

// envMain makes the test binary the example itself.
const envMain = "EXAMPLE_SHELL_MAIN"

func TestMain(m *testing.M) {
	if os.Getenv(envMain) != "" {
		main()
		os.Exit(0)
	}
	os.Exit(leak.Run(m))
}

func TestShowsTheAnswersOfOneShell(t *testing.T) {
	example := exec.Command(os.Args[0])
	example.Env = append(os.Environ(), envMain+"=1", "GORACE=atexit_sleep_ms=0")
	output, err := example.CombinedOutput()
	require.NoError(t, err, "%s", output)
	assert.Equal(t, `$ cd /; pwd
/
[status 0]
$ tty >/dev/null && echo 'on a terminal'
on a terminal
[status 0]
$ stty size
24 80
[status 0]
$ pwd; stty size
/
50 132
[status 0]
$ (exit 4)
[status 4]
`, string(output))
}

// What the shell shows besides, prompts and the echo of what is typed, is no answer.
func TestIsNotConfusedByPrompts(t *testing.T) {
	example := exec.Command(os.Args[0])
	example.Env = append(os.Environ(), envMain+"=1", "GORACE=atexit_sleep_ms=0", "PS1=<%s>begin <end> ")
	output, err := example.CombinedOutput()
	require.NoError(t, err, "%s", output)
	assert.Contains(t, string(output), "$ (exit 4)\n[status 4]\n")
}
