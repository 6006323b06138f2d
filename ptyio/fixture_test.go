package ptyio_test

import (
	"bufio"
	"io"
	"os"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"brood/ptyio"
)

// limit is how long anything here may take on a loaded machine.
const limit = 20 * time.Second

// helper returns the command that runs a helper of this test binary. GORACE
// spares the second that the race detector waits at the end of a program.
func helper(name string, args ...string) ptyio.Command {
	return ptyio.Command{
		Path: os.Args[0],
		Args: args,
		Env:  ptyio.Env{Set: map[string]string{helperName: name, "GORACE": "atexit_sleep_ms=0"}},
	}
}

// start starts cmd, and closes and reaps it when the test is over. A read that
// would never end fails.
func start(t *testing.T, transport ptyio.Transport, cmd ptyio.Command) ptyio.Conn {
	t.Helper()
	conn, err := transport.Start(cmd)
	require.NoError(t, err)
	t.Cleanup(func() {
		conn.Close()
		conn.Wait()
	})
	for _, output := range []ptyio.Output{conn.Stdout(), conn.Stderr()} {
		if output != nil {
			require.NoError(t, output.SetReadDeadline(time.Now().Add(2*limit)))
		}
	}
	return conn
}

// startReady also waits for the helper's "ready".
func startReady(t *testing.T, transport ptyio.Transport, cmd ptyio.Command) ptyio.Conn {
	t.Helper()
	conn := start(t, transport, cmd)
	require.Equal(t, "ready", readLine(t, bufio.NewReader(conn.Stdout())))
	return conn
}

func readLine(t *testing.T, r *bufio.Reader) string {
	t.Helper()
	line, err := r.ReadString('\n')
	require.NoError(t, err)
	for len(line) > 0 && (line[len(line)-1] == '\n' || line[len(line)-1] == '\r') {
		line = line[:len(line)-1]
	}
	return line
}

func wait(t *testing.T, conn ptyio.Conn) ptyio.Exit {
	t.Helper()
	exit, err := conn.Wait()
	require.NoError(t, err)
	return exit
}

func readAll(t *testing.T, r io.Reader) string {
	t.Helper()
	all, err := io.ReadAll(r)
	require.NoError(t, err)
	return string(all)
}

// async runs f and returns a channel that is closed when it has returned.
func async(f func()) <-chan struct{} {
	done := make(chan struct{})
	go func() {
		defer close(done)
		f()
	}()
	return done
}

func requireDone(t *testing.T, done <-chan struct{}, within time.Duration, what string) {
	t.Helper()
	select {
	case <-done:
	case <-time.After(within):
		require.FailNow(t, what+" did not return")
	}
}

// requireBlocked waits until n goroutines wait for a descriptor in a function of
// this package.
func requireBlocked(t *testing.T, function string, n int) {
	t.Helper()
	require.Eventually(t, func() bool {
		stacks := make([]byte, 1<<20)
		stacks = stacks[:runtime.Stack(stacks, true)]
		blocked := 0
		for _, stack := range strings.Split(string(stacks), "\n\n") {
			if strings.Contains(stack, "[IO wait") && strings.Contains(stack, "ptyio.(*") && strings.Contains(stack, function+"(") {
				blocked++
			}
		}
		return blocked >= n
	}, limit, time.Millisecond, "%d blocked in %s", n, function)
}
