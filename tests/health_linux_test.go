package tests

import (
	"net"
	"os/exec"
	"regexp"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/trace"

	"brood/actors"
	"brood/runtime"
)

// script returns a command that runs source with an interpreter that may not be
// there.
func script(t *testing.T, interpreter, flag, source string) runtime.Command {
	t.Helper()
	if _, err := exec.LookPath(interpreter); err != nil {
		t.Skip(err)
	}
	return runtime.Command{Path: interpreter, Args: []string{flag, source}}
}

// feeding says READY=1 and then feeds its watchdog.
const feeding = `
import os, socket, time
s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
s.connect("\0" + os.environ["NOTIFY_SOCKET"][1:])
s.send(b"READY=1\nSTATUS=fed")
while True:
    s.send(b"WATCHDOG=1")
    time.sleep(int(os.environ["WATCHDOG_USEC"]) / 1e6 / 4)
`

// Case 41, with a watchdog: a child that SIGSTOP has stopped is told from a slow
// one, is ended without its grace, and is started again.
func TestCase41StoppedChildIsReportedAndReplaced(t *testing.T) {
	rt := newRuntime(t, runtime.Options{})
	p := start(t, rt, runtime.ProcessSpec{
		Command: script(t, "python3", "-c", feeding), Ready: runtime.NotifyProbe{}, Grace: time.Hour,
		Health: []runtime.Check{{Probe: runtime.WatchdogProbe{Within: time.Second}}},
	})
	first := p.OSPID()
	assert.Equal(t, "fed", p.Health().Notified.Status)
	require.Eventually(t, func() bool { return p.Health().State == runtime.Healthy }, limit, soon)

	require.NoError(t, syscall.Kill(first, syscall.SIGSTOP))
	require.Eventually(t, func() bool { return p.Health().State == runtime.Suspended }, limit, soon)
	require.Eventually(t, func() bool { return p.Health().State == runtime.Healthy }, limit, soon)
	h := p.Health()
	assert.NotEqual(t, first, h.PID)
	assert.Equal(t, 1, h.Restarts)
	assert.Equal(t, 1, p.Restarts())
	assert.Equal(t, actors.ReasonUnhealthy, h.LastExit.Reason)
	assert.Contains(t, h.LastExit.String(), "signal: killed (unhealthy: watchdog: stopped by a signal: no WATCHDOG=1 for 1.")
	assert.Equal(t, "fed", h.Notified.Status)

	require.NoError(t, p.Stop(within(t, limit)))
	assert.Equal(t, runtime.Ended, p.Health().State)
	assert.Equal(t, 1, p.Health().Restarts)
	assert.Equal(t, actors.ReasonStopped, p.Health().LastExit.Reason)
}

// A child without any of this has no socket, whatever its owner has.
func TestOwnersNotificationSocketIsNotTheChilds(t *testing.T) {
	t.Setenv("NOTIFY_SOCKET", "/run/of/the/owner")
	t.Setenv("WATCHDOG_USEC", "1")
	rt := newRuntime(t, runtime.Options{})
	lines, err := rt.Run(within(t, limit), runtime.RunSpec{Command: runtime.Shell("echo \"<$NOTIFY_SOCKET$WATCHDOG_USEC>\"")})
	require.NoError(t, err)
	assert.Equal(t, "<>", lines.Text())
}

// A server in node is ready by the line that it prints, which its consumer gets,
// too.
func TestNodeServerIsReadyByItsLine(t *testing.T) {
	rt := newRuntime(t, runtime.Options{})
	listening := regexp.MustCompile(`^listening on (\d+)$`)
	port := make(chan string, 1)
	p := start(t, rt, runtime.ProcessSpec{
		Command: script(t, "node", "-e", `
const server = require("http").createServer((_, answer) => answer.end("hi"));
server.listen(0, "127.0.0.1", () => console.log("listening on " + server.address().port));`),
		Ready: runtime.LineProbe{Pattern: listening},
		Lines: func(line actors.Line) {
			if found := listening.FindSubmatch(line.Text); found != nil {
				port <- string(found[1])
			}
		},
	})
	conn, err := net.Dial("tcp", "127.0.0.1:"+<-port)
	require.NoError(t, err)
	require.NoError(t, conn.Close())
	assert.Equal(t, runtime.Ready, p.Health().State)
}

func TestStartOfAChildThatIsNeverReadyFails(t *testing.T) {
	rt := newRuntime(t, runtime.Options{})
	_, err := rt.Start(within(t, limit), runtime.ProcessSpec{
		Command: command(t, "mute"), Ready: runtime.UnixProbe{Path: t.TempDir() + "/s"}, StartTimeout: 200 * time.Millisecond,
	})
	var failed *runtime.StartError
	require.ErrorAs(t, err, &failed)
	assert.Equal(t, actors.ReasonNotReady, failed.Exit.Reason)
	assert.ErrorContains(t, err, "no such file or directory")
}

// A worker that was stopped in the middle of its task is replaced, and the pool
// goes on.
func TestPoolReplacesAStoppedWorker(t *testing.T) {
	rt := newRuntime(t, runtime.Options{})
	pool := startPool(t, rt, runtime.PoolSpec{
		Command: command(t, "worker"), Size: 2,
		Health: []runtime.Check{{Probe: runtime.PingProbe{}, Interval: 10 * time.Millisecond, Timeout: time.Second, Failures: 2}},
	})
	healthy := func() bool {
		all := pool.Health()
		return len(all) == 2 && all[0].State == runtime.Healthy && all[1].State == runtime.Healthy
	}
	require.Eventually(t, healthy, limit, soon)
	before := pool.Health()
	require.NoError(t, syscall.Kill(before[1].PID, syscall.SIGSTOP))
	require.Eventually(t, func() bool { return pool.Health()[1].Restarts == 1 }, limit, soon)
	require.Eventually(t, healthy, limit, soon)
	after := pool.Health()
	assert.Equal(t, before[0].PID, after[0].PID)
	assert.ErrorContains(t, after[1].LastExit.Err, "ping: stopped by a signal: no answer to a ping")
	for range 10 {
		_, err := pool.Submit(within(t, limit), actors.Task{Payload: []byte("echo x")})
		require.NoError(t, err)
	}
	require.NoError(t, pool.Stop(within(t, limit)))
	assert.Equal(t, runtime.NotStarted, pool.Health()[0].State)
}

// Failures and changed verdicts are spans under the start's; a child that stays
// well has no others.
func TestProbesAreTraced(t *testing.T) {
	r := newRecording(t)
	ctx, _ := r.caller(t)
	p, err := r.Start(ctx, runtime.ProcessSpec{
		Command: command(t, "mute"), Backoff: fast,
		Health: []runtime.Check{{Name: "state", Probe: runtime.KernelProbe{}, Interval: 5 * time.Millisecond, Failures: 2}},
	})
	require.NoError(t, err)
	require.Eventually(t, func() bool { return p.Health().State == runtime.Healthy && p.Health().Checks[0].Successes > 5 }, limit, soon)
	well := r.named("probe state")
	require.Len(t, well, 1, "the first verdict")
	under(t, r.one(t, "spawn "+exeName(t)), well[0], trace.SpanKindInternal)
	require.NoError(t, p.Signal(syscall.SIGSTOP))
	require.Eventually(t, func() bool { return len(r.named("probe state")) >= 3 }, limit, soon)
	ill := r.named("probe state")[1]
	assert.Equal(t, codes.Error, ill.Status().Code)
	assert.Equal(t, "stopped by a signal: unresponsive", ill.Status().Description)
	r.nothingOpen(t)
}

// exeName is the name of the test binary.
func exeName(t *testing.T) string {
	t.Helper()
	return command(t, "mute").Name()
}
