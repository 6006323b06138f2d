package tests

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"syscall"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"

	"brood/actors"
	"brood/runtime"
)

// crasher is a worker whose first incarnation dies at the place that its
// argument names; later ones answer.
func crasher() {
	w := openRawWire()
	w.hello()
	for {
		first := w.incarnation == 1
		if first && os.Args[1] == "mid-frame" {
			_, _ = w.in.Read(make([]byte, 100<<10))
			os.Exit(7)
		}
		id, payload := w.readTask()
		answer := w.frame(kindResult, id, payload[:min(len(payload), 10)])
		if first {
			switch os.Args[1] {
			case "partial reply":
				w.send(answer[:len(answer)-2])
			case "reply":
				w.send(answer)
			}
			os.Exit(7)
		}
		w.send(answer)
	}
}

// TestCrashMatrix lets a worker die at each place of an exchange.
func TestCrashMatrix(t *testing.T) {
	for _, place := range []struct {
		name    string
		payload []byte
		kill    bool // the test stops and kills the worker
		did     bool // the task was done before the end
	}{
		{name: "before reading", payload: []byte("small"), kill: true},
		{name: "mid-frame", payload: bytes.Repeat([]byte("x"), 1<<20)},
		{name: "whole task read", payload: []byte("small")},
		{name: "partial reply", payload: []byte("small")},
		{name: "reply", payload: []byte("small"), did: true},
	} {
		for _, repeatable := range []bool{true, false} {
			t.Run(fmt.Sprintf("%s/repeatable=%t", place.name, repeatable), func(t *testing.T) {
				pool := startPool(t, newRuntime(t, runtime.Options{}),
					runtime.PoolSpec{Command: command(t, "crasher", place.name), Size: 1})
				pid := allReady(t, pool, 1)[0]
				if place.kill {
					stopProcess(t, pid)
				}
				answer := submit(within(t, limit), pool, actors.Task{Payload: place.payload, Repeatable: repeatable})
				if place.kill {
					taskIsInPipe(t, pid)
					kill(pid, syscall.SIGKILL)
				}
				o := receive(t, answer)

				again := place.name == "mid-frame" && o.err == nil // the task had certainly not been read
				switch {
				case place.did:
					assert.Equal(t, outcome{Result: actors.Result{Payload: []byte("small"), Attempts: 1, Worker: pid}}, o)
				case repeatable || again:
					require.NoError(t, o.err)
					if place.name == "mid-frame" { // where it certainly did not run, it does not count
						assert.LessOrEqual(t, o.Attempts, 2)
					} else {
						assert.Equal(t, 2, o.Attempts)
					}
					assert.NotEqual(t, pid, o.Worker)
				default:
					var exited *actors.WorkerExitedError
					require.ErrorAs(t, o.err, &exited)
					assert.ErrorIs(t, o.err, actors.ErrWorkerExited)
					assert.True(t, exited.MayHaveRun)
					assert.Equal(t, 1, exited.Attempts)
					assert.Equal(t, pid, exited.Exit.PID)
				}
				restarted(t, pool, 1)
				after := receive(t, submit(within(t, limit), pool, actors.Task{Payload: []byte("next")}))
				require.NoError(t, after.err)
				assert.Equal(t, "next", string(after.Payload))
			})
		}
	}
}

// TestExitOfCrashIsTold: the answer says how the worker ended.
func TestExitOfCrashIsTold(t *testing.T) {
	pool := startPool(t, newRuntime(t, runtime.Options{}), runtime.PoolSpec{Command: command(t, "worker"), Size: 1})
	o := receive(t, submit(within(t, limit), pool, actors.Task{Payload: []byte("die")}))
	var exited *actors.WorkerExitedError
	require.ErrorAs(t, o.err, &exited)
	assert.Equal(t, 7, exited.Exit.Code)
	assert.Equal(t, actors.ReasonExited, exited.Exit.Reason)
	assert.EqualError(t, o.err, "worker exited: exit code 7 (task may have run, attempt 1)")
}

// TestPoisonTask: a task that kills every worker is given up, not the pool.
func TestPoisonTask(t *testing.T) {
	log := filepath.Join(t.TempDir(), "log")
	pool := startPool(t, newRuntime(t, runtime.Options{}),
		runtime.PoolSpec{Command: command(t, "worker"), Size: 2, MaxAttempts: 3})
	o := receive(t, submit(within(t, limit), pool, actors.Task{Payload: []byte("note-die " + log), Repeatable: true}))
	var poison *actors.PoisonError
	require.ErrorAs(t, o.err, &poison)
	assert.Len(t, poison.Exits, 3)
	assert.Equal(t, 3, o.Attempts)
	assert.Equal(t, []string{"died", "died", "died"}, lines(t, log))
	restarted(t, pool, 3)
	after := receive(t, submit(within(t, limit), pool, actors.Task{Payload: []byte("still here")}))
	require.NoError(t, after.err)
}

// stopProcess stops a child and waits until it stands still.
func stopProcess(t *testing.T, pid int) {
	t.Helper()
	kill(pid, syscall.SIGSTOP)
	require.Eventually(t, func() bool {
		stat, err := os.ReadFile(filepath.Join("/proc", strconv.Itoa(pid), "stat"))
		return err == nil && bytes.Contains(stat, []byte(") T "))
	}, limit, soon)
}

// taskIsInPipe waits until there is something for a child to read on its wire.
func taskIsInPipe(t *testing.T, pid int) {
	t.Helper()
	require.Eventually(t, func() bool {
		pipe, err := os.OpenFile(fmt.Sprintf("/proc/%d/fd/3", pid), os.O_RDONLY|syscall.O_NONBLOCK, 0)
		if err != nil {
			return false
		}
		defer pipe.Close()
		n, err := unix.IoctlGetInt(int(pipe.Fd()), unix.TIOCINQ)
		return err == nil && n > 0
	}, limit, soon)
}
