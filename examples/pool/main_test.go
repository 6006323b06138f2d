package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"brood/runtime/worker"
	"brood/tests/leak"
)

// envMain makes the test binary the example itself; its workers inherit it.
const envMain = "EXAMPLE_POOL_MAIN"

func TestMain(m *testing.M) {
	if os.Getenv(envKeeper) != "" {
		keep()
		os.Exit(0)
	}
	if os.Getenv(envMain) != "" || worker.Name() != "" {
		main()
	}
	os.Exit(leak.Run(m))
}

func example(args ...string) *exec.Cmd {
	run := exec.Command(os.Args[0], args...)
	run.Env = append(os.Environ(), envMain+"=1", "GORACE=atexit_sleep_ms=0")
	return run
}

// numbers returns the number before each word in a line of counts.
func numbers(t *testing.T, line string) map[string]int {
	t.Helper()
	found := map[string]int{}
	for _, pair := range regexp.MustCompile(`(\d+) (\w+)`).FindAllStringSubmatch(line, -1) {
		n, err := strconv.Atoi(pair[1])
		require.NoError(t, err)
		found[pair[2]] = n
	}
	return found
}

// summaryOf returns how many tasks were submitted, and what became of them.
func summaryOf(t *testing.T, output string) (submitted, answered int, became map[string]int) {
	t.Helper()
	_, summary, found := strings.Cut(output, "submitted ")
	require.True(t, found, output)
	line, _, _ := strings.Cut(summary, "\n")
	head, rest, _ := strings.Cut(line, ": ")
	_, err := fmt.Sscanf(head, "%d, answered %d", &submitted, &answered)
	require.NoError(t, err, line)
	return submitted, answered, numbers(t, rest)
}

func TestEachTaskIsAnswered(t *testing.T) {
	for name, load := range map[string]string{"at a rate": "200", "as many as it takes": "0"} {
		t.Run(name, func(t *testing.T) {
			output, err := example("--load", load, "--size", "2", "--for", "1s").CombinedOutput()
			require.NoError(t, err, "%s", output)
			submitted, answered, became := summaryOf(t, string(output))
			assert.Equal(t, submitted, answered)
			sum := 0
			for _, n := range became {
				sum += n
			}
			assert.Equal(t, submitted, sum)
			assert.Positive(t, became["done"])
			assert.Positive(t, became["failed"])
			assert.Positive(t, became["cancelled"])
			assert.Zero(t, became["lost"])
			assert.Zero(t, became["other"])
			assert.NotContains(t, string(output), "\x1b", "it is no terminal")
			assert.NotContains(t, string(output), "\r")
		})
	}
}

// The load would go on for ever.
func TestEndsInOrderAfterASignal(t *testing.T) {
	run := example("--size", "2")
	stdout, err := run.StdoutPipe()
	require.NoError(t, err)
	var stderr, output bytes.Buffer
	run.Stderr = &stderr
	require.NoError(t, run.Start())
	first := make([]byte, 1)
	_, err = io.ReadFull(stdout, first) // a line: it runs
	require.NoError(t, err)
	require.NoError(t, run.Process.Signal(os.Interrupt))
	_, err = io.Copy(&output, stdout)
	require.NoError(t, err)
	assert.Error(t, run.Wait())
	assert.Equal(t, 130, run.ProcessState.ExitCode(), "%s%s", &output, &stderr)
	submitted, answered, _ := summaryOf(t, output.String())
	assert.Equal(t, submitted, answered)
	assert.Empty(t, stderr.String())
}

func TestWrongArguments(t *testing.T) {
	for _, args := range [][]string{{"--size", "0"}, {"--load", "-1"}, {"--for", "-1s"}, {"more"}, {"--fast"}} {
		var stderr bytes.Buffer
		assert.Equal(t, 2, run(args, io.Discard, &stderr), args)
		assert.Contains(t, stderr.String(), "-load", args)
	}
}

func TestPrimes(t *testing.T) {
	for limit, want := range map[int]string{0: "0", 2: "0", 3: "1", 100: "25"} {
		got, err := primes(t.Context(), strconv.AppendInt(nil, int64(limit), 10))
		require.NoError(t, err)
		assert.Equal(t, want, string(got), "below %d", limit)
	}
	_, err := primes(t.Context(), []byte("many"))
	assert.Error(t, err)
	gone, cancel := context.WithCancel(t.Context())
	cancel()
	_, err = primes(gone, []byte("1000000000000"))
	assert.ErrorIs(t, err, context.Canceled)
}
