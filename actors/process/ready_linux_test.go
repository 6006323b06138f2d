package process

import (
	"io/fs"
	"net"
	"path/filepath"
	"regexp"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"brood/actors"
	"brood/actors/health"
	"brood/actors/protocol"
	"brood/ptyio"
)

func (h *host) status() Status {
	reply := make(chan Status, 1)
	h.system.Root.Send(h.pid, &Inspect{Reply: reply})
	return <-reply
}

func (h *host) eventually(what func(Status) bool) {
	h.t.Helper()
	require.Eventually(h.t, func() bool { return what(h.status()) }, 20*time.Second, time.Millisecond)
}

// proofs are the probes that a child proves its readiness to by a deed, and what
// the failure says without it.
func proofs(t *testing.T) map[string]struct {
	probe      health.Probe
	deed, want string
} {
	dir, address, web := t.TempDir(), freePort(t), freePort(t)
	line := health.Line{Pattern: regexp.MustCompile("^listening on [0-9]+$")}
	inStderr := line
	inStderr.Stream = health.Stderr
	file := filepath.Join(dir, "file")
	return map[string]struct {
		probe      health.Probe
		deed, want string
	}{
		"line":    {line, "print listening on 8080", "no line matched"},
		"stderr":  {inStderr, "complain listening on 8080", "no line matched"},
		"tcp":     {health.TCP{Address: address}, "tcp " + address, "refused"},
		"unix":    {health.Unix{Path: dir + "/s"}, "unix " + dir + "/s", "no such file"},
		"http":    {health.HTTP{URL: "http://" + web}, "http " + web, "refused"},
		"file":    {health.File{Path: file}, "write " + file, "no such file"},
		"command": {health.Command{Command: ptyio.Shell("test -e " + dir + "/x")}, "write " + dir + "/x", "exit code 1"},
		"notify":  {health.Notify{}, "notify READY=1", "no READY=1"},
	}
}

// Not before the deed, after it, and once.
func TestReadyComesWithItsProof(t *testing.T) {
	for name, c := range proofs(t) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := start(t, Spec{Command: appWith(t), Ready: c.probe})
			await[*actors.Started](h)
			assert.Empty(t, eventsWithin(h, 100*time.Millisecond), "ready without a proof")
			assert.Equal(t, Starting, h.status().State)
			h.tell(c.deed)
			await[*actors.Ready](h)
			assert.Equal(t, Ready, h.status().State)
			if name != "tcp" && name != "unix" && name != "http" { // which it cannot do twice
				h.tell(c.deed)
			}
			h.tell("exit 0")
			exit := await[*actors.Down](h).Exit
			require.Len(t, h.events, 4, "%v", h.events)
			assert.Equal(t, actors.ReasonExited, exit.Reason)
		})
	}
}

// eventsWithin returns the events that come within a time.
func eventsWithin(h *host, during time.Duration) (events []any) {
	over := time.After(during)
	for {
		select {
		case event := <-h.news:
			events = append(events, event)
		case <-over:
			return events
		}
	}
}

// The negative control: the same child without the deed is a failed start.
func TestChildThatProvesNothingIsNotReady(t *testing.T) {
	for name, c := range proofs(t) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := start(t, Spec{Command: appWith(t), Ready: c.probe, StartTimeout: time.Second})
			exit := await[*actors.Down](h).Exit
			assert.Equal(t, actors.ReasonNotReady, exit.Reason)
			assert.Equal(t, syscall.SIGKILL, exit.Signal)
			require.ErrorIs(t, exit.Err, errNotProven)
			if name != "line" && name != "stderr" && name != "notify" {
				assert.ErrorContains(t, exit.Err, c.want)
			}
			assert.Len(t, h.events, 3, "no Ready")
		})
	}
}

func TestReadyByTimeAlive(t *testing.T) {
	h := start(t, Spec{Command: appWith(t), Ready: health.Alive{For: 100 * time.Millisecond}})
	await[*actors.Ready](h)
	assert.GreaterOrEqual(t, h.status().Uptime, 100*time.Millisecond)

	h = start(t, Spec{Command: appWith(t, "exit 3"), Ready: health.Alive{For: time.Hour}})
	assert.Equal(t, 3, await[*actors.Down](h).Exit.Code)
	assert.Len(t, h.events, 3, "no Ready")
}

// A proof counts for the incarnation that gave it.
func TestEachIncarnationProvesItself(t *testing.T) {
	path := filepath.Join(t.TempDir(), "ready")
	h := start(t, Spec{Command: appWith(t), Ready: health.File{Path: path}, StartTimeout: 20 * time.Second})
	for incarnation := range uint32(2) {
		await[*actors.Started](h)
		assert.Empty(t, eventsWithin(h, 100*time.Millisecond), "proven by a file of the incarnation before")
		h.tell("write " + path)
		assert.Equal(t, incarnation+1, await[*actors.Ready](h).Incarnation)
		h.tell("exit 0")
		await[*actors.Down](h)
		h.system.Root.Send(h.pid, &actors.Start{})
	}
}

// Hello and proof are both wanted, in whatever order they come.
func TestWorkerNeedsItsHelloAndItsProof(t *testing.T) {
	path := filepath.Join(t.TempDir(), "ready")
	h := start(t, Spec{Command: self(t, "worker"), Protocol: protocol.Wire{}, Ready: health.File{Path: path}})
	await[*actors.Started](h)
	assert.Empty(t, eventsWithin(h, 200*time.Millisecond), "hello alone")
	assert.ErrorIs(t, h.result(h.submit("x")).Err, actors.ErrNotRunning)
	act("write " + path)
	await[*actors.Ready](h)
	assert.Equal(t, "x", string(h.result(h.submit("x")).Payload))

	h = start(t, Spec{
		Command: self(t, "late-hello"), Protocol: protocol.Wire{}, Ready: health.Alive{For: 1},
		StartTimeout: 200 * time.Millisecond,
	})
	assert.ErrorIs(t, await[*actors.Down](h).Exit.Err, errNoHello, "the proof alone")
}

// Whoever consumes the output gets the line, too; and that nobody does is no
// matter.
func TestLineIsSeenWhateverConsumesTheOutput(t *testing.T) {
	proof := health.Line{Pattern: regexp.MustCompile("^up$")}
	reader := NewReader(0)
	var mu sync.Mutex
	var lines []string
	for name, spec := range map[string]Spec{
		"a function": {},
		"lines": {Lines: func(l actors.Line) {
			mu.Lock()
			lines = append(lines, string(l.Text))
			mu.Unlock()
		}},
		"a reader":   {StdoutTo: reader},
		"drop":       {Overflow: Drop},
		"a terminal": {Transport: ptyio.PTY{}},
	} {
		t.Run(name, func(t *testing.T) {
			spec.Command, spec.Ready = appWith(t, "print hello", "print up"), proof
			h := start(t, spec)
			await[*actors.Ready](h)
		})
	}
	buf := make([]byte, 9)
	n, err := reader.Read(buf)
	require.NoError(t, err)
	assert.Contains(t, "hello\nup\n", string(buf[:n]))
	mu.Lock()
	defer mu.Unlock()
	assert.Equal(t, []string{"hello", "up"}, lines)
}

// EXTEND_TIMEOUT_USEC is more time, for those who ask for it.
func TestStartMayBeExtended(t *testing.T) {
	spec := Spec{Ready: health.Notify{}, StartTimeout: time.Second}
	spec.Command = appWith(t, "notify EXTEND_TIMEOUT_USEC=20000000")
	h := start(t, spec)
	assert.Len(t, eventsWithin(h, 1500*time.Millisecond), 1, "Started, and it lives")
	h.tell("notify READY=1|STATUS=at last")
	await[*actors.Ready](h)
	assert.Equal(t, "at last", h.status().Notified.Status)

	spec.Command = appWith(t, "notify EXTEND_TIMEOUT_USEC=1500000")
	h = start(t, spec)
	exit := await[*actors.Down](h).Exit
	assert.Equal(t, actors.ReasonNotReady, exit.Reason)
	assert.Greater(t, exit.WallTime(), 1400*time.Millisecond)
}

// A stop does not wait for a proof.
func TestStopWhileReadinessIsAwaited(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0") // takes connections and never answers
	require.NoError(t, err)
	defer l.Close()
	h := start(t, Spec{Command: appWith(t), Ready: health.HTTP{URL: "http://" + l.Addr().String()}})
	await[*actors.Started](h)
	require.NoError(t, h.stop(20*time.Second))
	exit := await[*actors.Down](h).Exit
	assert.Equal(t, actors.ReasonStopped, exit.Reason)
	assert.Less(t, exit.WallTime(), 15*time.Second)
}

func TestStartFailureClosesTheSocket(t *testing.T) {
	h := start(t, Spec{Command: ptyio.Command{Path: "/no/such/program"}, Ready: health.Notify{}})
	assert.ErrorIs(t, await[*actors.Down](h).Exit.Err, fs.ErrNotExist) // and the leak check
}

func TestEveryFaultOfProbesIsReported(t *testing.T) {
	_, err := Spec{
		Command: ptyio.Command{Path: "x"},
		Ready:   health.TCP{Address: "nowhere"},
		Health:  []health.Check{{Probe: health.Ping{}}, {Probe: health.HTTP{URL: "x"}, Failures: -1}, {}},
	}.Props()
	for _, fault := range []string{
		"process: Ready: tcp: Address is", "process: Health[0]: health.Ping without a Protocol", "process: Health[1]: http: URL is",
		"Failures is -1", "process: Health[2]: no Probe",
	} {
		assert.ErrorContains(t, err, fault)
	}
}
