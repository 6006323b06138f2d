package main

import (
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"brood/runtime/worker"
	checks "brood/tests/leak"
)

// envMain makes the test binary the example itself.
const envMain = "EXAMPLE_HEALTH_MAIN"

func TestMain(m *testing.M) {
	if os.Getenv(envMain) != "" || roles[worker.Name()] != nil {
		main()
	}
	os.Exit(checks.Run(m))
}

func example(args ...string) *exec.Cmd {
	run := exec.Command(os.Args[0], args...)
	run.Env = append(os.Environ(), envMain+"=1", "GORACE=atexit_sleep_ms=0")
	return run
}

func TestOnceTellsWhatBecameOfEach(t *testing.T) {
	run := example("--once")
	var stderr bytes.Buffer
	run.Stderr = &stderr
	out, err := run.Output()
	require.NoError(t, err, stderr.String())
	var all []patient
	require.NoError(t, json.Unmarshal(out, &all))
	byName := map[string]patient{}
	for _, p := range all {
		byName[p.Name] = p
	}
	require.Len(t, byName, 4, "%s", out)

	web := byName["web"]
	assert.Equal(t, "healthy", web.State)
	assert.Zero(t, web.Restarts)
	assert.Empty(t, web.LastExit)
	assert.GreaterOrEqual(t, web.UptimeMS, int64(9000))
	require.NotNil(t, web.MemoryBytes)
	assert.Greater(t, *web.MemoryBytes, int64(1<<20))
	assert.NotNil(t, web.CPUPercent)

	assert.Positive(t, byName["leak"].Restarts)
	assert.Contains(t, byName["leak"].LastExit, "memory")
	assert.Positive(t, byName["freeze"].Restarts)
	assert.Contains(t, byName["freeze"].LastExit, "stopped by a signal")
	assert.Equal(t, 3, byName["crash"].Restarts, "three in a row, then it rests")
	assert.Contains(t, byName["crash"].State, "resting")
	assert.Equal(t, "exit code 1", byName["crash"].LastExit)
}

func TestTableUntilItIsAskedToEnd(t *testing.T) {
	run := example()
	out, err := run.StdoutPipe()
	require.NoError(t, err)
	var stderr bytes.Buffer
	run.Stderr = &stderr
	require.NoError(t, run.Start())
	seen := bytes.Buffer{}
	for !bytes.Contains(seen.Bytes(), []byte("freeze")) {
		buf := make([]byte, 4096)
		n, err := out.Read(buf)
		require.NoError(t, err)
		seen.Write(buf[:n])
	}
	assert.Contains(t, seen.String(), "NAME")
	assert.NotContains(t, seen.String(), clear, "it is no terminal")
	require.NoError(t, run.Process.Signal(syscall.SIGTERM))
	began := time.Now()
	for { // to the end
		if _, err := out.Read(make([]byte, 4096)); err != nil {
			break
		}
	}
	assert.Error(t, run.Wait())
	assert.Equal(t, 143, run.ProcessState.ExitCode(), stderr.String())
	assert.Less(t, time.Since(began), time.Minute)
	assert.Contains(t, stderr.String(), "shutdown took")
}
