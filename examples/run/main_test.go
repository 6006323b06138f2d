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
const envMain = "EXAMPLE_RUN_MAIN"

func TestMain(m *testing.M) {
	if os.Getenv(envMain) != "" {
		main()
		os.Exit(0)
	}
	os.Exit(leak.Run(m))
}

func example(path string) *exec.Cmd {
	program := exec.Command(os.Args[0])
	program.Env = append(os.Environ(), envMain+"=1", "GORACE=atexit_sleep_ms=0", "LC_ALL=C", "PATH="+path)
	return program
}

func TestPrintsOutputAndHowEachCommandEnded(t *testing.T) {
	output, err := example(os.Getenv("PATH")).CombinedOutput()
	require.NoError(t, err, "%s", output)
	assert.Equal(t, `cedar
birch
alder
exit code 0
to stdout
runtime: /bin/sh -c "echo to stdout; echo 'disk is full' >&2; exit 3": exit code 3: "disk is full"
code 3
`, string(output))
}

func TestFailsIfACommandIsMissing(t *testing.T) {
	output, err := example(t.TempDir()).CombinedOutput()
	var exit *exec.ExitError
	require.ErrorAs(t, err, &exit)
	assert.Equal(t, 1, exit.ExitCode())
	assert.Contains(t, string(output), "runtime: start sort: ")
}
