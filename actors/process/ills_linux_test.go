package process

import (
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"brood/actors"
	"brood/actors/health"
	"brood/ptyio"
)

// ills are the checks, what the child does to pass them, what makes it ill, and
// what is then said. One that gives an answer is asked to end.
func ills(t *testing.T) map[string]struct {
	check    health.Check
	well     []string
	ill      string
	want     string
	followed bool
} {
	dir, address := t.TempDir(), freePort(t)
	socket, file, flag := dir+"/s", filepath.Join(dir, "file"), filepath.Join(dir, "flag")
	check := func(p health.Probe) health.Check { return health.Check{Probe: p, Interval: fast, Failures: 2} }
	return map[string]struct {
		check    health.Check
		well     []string
		ill      string
		want     string
		followed bool
	}{
		"http": {check(health.HTTP{URL: "http://" + address}), []string{"http " + address}, "sick",
			"http: status 503 Service Unavailable (2 times in a row)", true},
		"unix": {check(health.Unix{Path: socket}), []string{"unix " + socket}, "deaf-unix " + socket, "unix: dial unix", true},
		"file": {check(health.File{Path: file}), []string{"write " + file}, "remove " + file, "no such file", true},
		"command": {check(health.Command{Command: ptyio.Shell("test -e " + flag)}), []string{"write " + flag},
			"remove " + flag, "command: sh: exit code 1 (2 times in a row)", true},
		"silence": {health.Check{Probe: health.Silence{Longest: 2 * time.Second}}, []string{"feed stdout"}, "SIGSTOP",
			"silence: stopped by a signal: no output for", false},
		"watchdog": {health.Check{Probe: health.Watchdog{Within: 2 * time.Second}}, []string{"feed"}, "SIGSTOP",
			"watchdog: stopped by a signal: no WATCHDOG=1 for", false},
		"trigger": {health.Check{Probe: health.Watchdog{Within: 4 * time.Second}, Interval: fast}, []string{"feed"},
			"notify WATCHDOG=trigger", "watchdog: it said WATCHDOG=trigger", false},
		"kernel": {check(health.Kernel{}), nil, "SIGSTOP", "kernel: stopped by a signal: unresponsive (2 times in a row)", false},
	}
}

// make makes the child ill.
func (h *host) make(ill string) {
	h.t.Helper()
	if ill == "SIGSTOP" {
		require.NoError(h.t, h.do(&actors.Signal{Sig: syscall.SIGSTOP}))
		return
	}
	h.tell(ill)
}
