package actors

import (
	"errors"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
)

func TestReasonsHaveWords(t *testing.T) {
	var got []string
	for r := range ReasonZygoteEnded + 2 {
		got = append(got, r.String())
	}
	assert.Equal(t, []string{"unknown", "exited", "signalled", "stopped", "start failed", "not ready",
		"protocol error", "unresponsive", "panic", "timed out", "cancelled", "output limit", "out of memory",
		"gave up", "shut itself down", "unhealthy", "resource limit", "zygote ended", "unknown"}, got)
	assert.Equal(t, "unknown", Reason(255).String())
}

func TestStreamsHaveWords(t *testing.T) {
	assert.Equal(t, []string{"stdout", "stderr"}, []string{Stdout.String(), Stderr.String()})
}

func TestExitInWords(t *testing.T) {
	cause := errors.New("bad frame kind 9")
	for _, c := range []struct {
		want string
		exit Exit
	}{
		{"exit code 0", Exit{Reason: ReasonExited, PID: 1}},
		{"exit code 3", Exit{Reason: ReasonExited, PID: 1, Code: 3}},
		{"exit code 3", Exit{Reason: ReasonExited, PID: 1, Code: 3, StderrTail: []byte("tail")}},
		{"signal: killed", Exit{Reason: ReasonSignalled, PID: 1, Code: -1, Signal: syscall.SIGKILL}},
		{"signal: aborted (core dumped)", Exit{Reason: ReasonSignalled, PID: 1, Code: -1, Signal: syscall.SIGABRT, CoreDumped: true}},
		{"exit code 0 (stopped)", Exit{Reason: ReasonStopped, PID: 1}},
		{"signal: terminated (stopped)", Exit{Reason: ReasonStopped, PID: 1, Code: -1, Signal: syscall.SIGTERM}},
		{"signal: killed (protocol error: bad frame kind 9)", Exit{Reason: ReasonProtocol, PID: 1, Code: -1, Signal: syscall.SIGKILL, Err: cause}},
		{"signal: killed (protocol error)", Exit{Reason: ReasonProtocol, PID: 1, Code: -1, Signal: syscall.SIGKILL}},
		{"signal: killed (not ready)", Exit{Reason: ReasonNotReady, PID: 1, Code: -1, Signal: syscall.SIGKILL}},
		{"signal: killed (unresponsive: bad frame kind 9)", Exit{Reason: ReasonUnresponsive, PID: 1, Code: -1, Signal: syscall.SIGKILL, Err: cause}},
		{"start failed", Exit{Reason: ReasonStartFailed, Code: -1}},
		{"start failed: bad frame kind 9", Exit{Reason: ReasonStartFailed, Code: -1, Err: cause}},
		{"signal: killed (panic)", Exit{Reason: ReasonPanic, PID: 1, Code: -1, Signal: syscall.SIGKILL}},
		{"panic: bad frame kind 9", Exit{Reason: ReasonPanic, Code: -1, Err: cause}},
		{"panic", Exit{Reason: ReasonPanic, Code: -1}},
		{"stopped", Exit{Reason: ReasonStopped, Code: -1}},           // before there was a process
		{"exited", Exit{Reason: ReasonExited, Code: -1, Err: cause}}, // of a supervisor
		{"exit code 0; left behind: [7 9] (containment: marks)", Exit{Reason: ReasonExited, PID: 1, Survivors: []int{7, 9}, Containment: "marks"}},
		{"signal: terminated (timed out)", Exit{Reason: ReasonTimedOut, PID: 1, Code: -1, Signal: syscall.SIGTERM}},
		{"unknown", Exit{}},
	} {
		assert.Equal(t, c.want, c.exit.String(), "%+v", c.exit)
	}
}

func TestSuccess(t *testing.T) {
	for _, c := range []struct {
		name string
		exit Exit
		want bool
	}{
		{"code 0", Exit{Reason: ReasonExited, PID: 1}, true},
		{"code 1", Exit{Reason: ReasonExited, PID: 1, Code: 1}, false},
		{"code 0 after a stop", Exit{Reason: ReasonStopped, PID: 1}, false},
		{"signal", Exit{Reason: ReasonSignalled, PID: 1, Code: -1, Signal: syscall.SIGKILL}, false},
		{"zero", Exit{}, false},
	} {
		assert.Equal(t, c.want, c.exit.Success(), c.name)
	}
}

func TestWallTime(t *testing.T) {
	began := time.Now()
	assert.Equal(t, 3*time.Second, Exit{Started: began, Ended: began.Add(3 * time.Second)}.WallTime())
	assert.Zero(t, Exit{Reason: ReasonStartFailed}.WallTime())
}
