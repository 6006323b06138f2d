package main

import (
	"os"
	"os/exec"
	"strconv"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"brood/actors"
	"brood/runtime/worker"
	"brood/tests/leak"
)

// envMain makes the test binary the example itself; its workers inherit it.
const envMain = "EXAMPLE_POOL_MAIN"

func TestMain(m *testing.M) {
	if os.Getenv(envMain) != "" || worker.Name() != "" {
		main()
		os.Exit(0)
	}
	os.Exit(leak.Run(m))
}

func TestEachTaskIsAnswered(t *testing.T) {
	example := exec.Command(os.Args[0])
	example.Env = append(os.Environ(), envMain+"=1", "GORACE=atexit_sleep_ms=0")
	output, err := example.CombinedOutput()
	require.NoError(t, err, "%s", output)
	assert.Equal(t, `primes below 10000: 1229
primes below 20000: 2262
primes below 30000: 3245
primes below 40000: 4203
primes below 50000: 5133
primes below 60000: 6057
primes below many: task failed: strconv.Atoi: parsing "many": invalid syntax
primes below 1000000000000: cancelled
worker 0: ready true, restarts 0
worker 1: ready true, restarts 0
worker 2: ready true, restarts 0
worker 3: ready true, restarts 0
`, string(output))
}

func TestPrimes(t *testing.T) {
	for limit, want := range map[int]string{0: "0", 2: "0", 3: "1", 100: "25"} {
		got, err := primes(t.Context(), strconv.AppendInt(nil, int64(limit), 10))
		require.NoError(t, err)
		assert.Equal(t, want, string(got), "below %d", limit)
	}
}

func TestDescribesALostTask(t *testing.T) {
	lost := &actors.WorkerExitedError{Exit: actors.Exit{Reason: actors.ReasonExited, PID: 4711, Code: 2}}
	assert.Equal(t, "lost with its worker: exit code 2", describe(actors.Result{}, lost))
	assert.Equal(t, "refused: queue full", describe(actors.Result{}, actors.ErrQueueFull))
}
