//go:build unix

package process

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"brood/actors"
	"brood/runtime/worker"
)

// envPlace is where a phased worker leaves a file for each of its phases.
const envPlace = "PROCESS_TEST_PLACE"

// phased is a worker with something to set up and to tear down.
func phased() {
	note := func(phase string) {
		if err := os.WriteFile(filepath.Join(os.Getenv(envPlace), phase), nil, 0o600); err != nil {
			fmt.Fprintln(os.Stderr, "no place")
			os.Exit(4)
		}
	}
	note("set up")
	err := worker.Serve(handle)
	note("torn down")
	worker.Exit(err)
}

// What comes before Serve is done when the child is ready, and what comes behind
// it before the child has ended.
func TestWorkerSetsUpAndTearsDown(t *testing.T) {
	place := t.TempDir()
	spec := workerAs(t, "phased")
	spec.Command.Env.Set[envPlace] = place
	h := start(t, spec)
	await[*actors.Ready](h)
	assert.FileExists(t, filepath.Join(place, "set up"))
	assert.NoFileExists(t, filepath.Join(place, "torn down"))
	require.NoError(t, h.result(h.submit("x")).Err)
	require.NoError(t, h.stop(long))
	assert.Zero(t, await[*actors.Down](h).Exit.Code)
	assert.FileExists(t, filepath.Join(place, "torn down"))
}

// A worker that cannot be set up was never ready.
func TestWorkerThatCannotSetUp(t *testing.T) {
	spec := workerAs(t, "phased")
	spec.Command.Env.Set[envPlace] = "/no/such/place"
	h := start(t, spec)
	exit := await[*actors.Down](h).Exit
	assert.Equal(t, 4, exit.Code)
	assert.Equal(t, "no place\n", string(exit.StderrTail))
	for _, event := range h.events {
		_, ready := event.(*actors.Ready)
		assert.False(t, ready)
	}
}
