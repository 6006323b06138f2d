//go:build unix

package process

import (
	"bytes"
	"errors"
	"io"
	"io/fs"
	"log/slog"
	"os"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/asynkron/protoactor-go/actor"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"brood/actors"
	"brood/actors/protocol"
	"brood/ptyio"
)

// host is an actor system with one process actor in it.
type host struct {
	t      *testing.T
	system *actor.ActorSystem
	pid    *actor.PID
	work   *sync.WaitGroup
	gone   bool // the test has ended the actor itself

	mu     sync.Mutex
	events []any
	news   chan any
	out    bytes.Buffer
}

func newSystem() *actor.ActorSystem {
	return actor.NewActorSystem(actor.WithLoggerFactory(func(*actor.ActorSystem) *slog.Logger {
		return slog.New(slog.NewTextHandler(io.Discard, nil))
	}))
}

func self(t *testing.T, role string) ptyio.Command {
	t.Helper()
	path, err := os.Executable()
	require.NoError(t, err)
	return ptyio.Command{Path: path, Env: ptyio.Env{Set: map[string]string{envRole: role}}}
}

// start spawns a process actor and starts its first incarnation.
func start(t *testing.T, spec Spec) *host {
	t.Helper()
	return startIn(t, newSystem(), spec)
}

func startIn(t *testing.T, system *actor.ActorSystem, spec Spec) *host {
	t.Helper()
	h := &host{t: t, system: system, work: new(sync.WaitGroup), news: make(chan any, 100)}
	spec.Goroutines = h.work
	spec.OnEvent = func(event any) {
		h.mu.Lock()
		h.events = append(h.events, event)
		h.mu.Unlock()
		if _, ok := event.(*Connected); ok {
			return // it is for who samples the child
		}
		h.news <- event
	}
	if spec.Output == nil && spec.Lines == nil && spec.OutputTo == nil {
		spec.Output = func(_ Stream, data []byte) {
			h.mu.Lock()
			h.out.Write(data)
			h.mu.Unlock()
		}
	}
	props, err := spec.Props()
	require.NoError(t, err)
	h.pid = h.system.Root.Spawn(props)
	t.Cleanup(func() {
		if !h.gone {
			_ = h.stop(-1)
		}
		require.NoError(t, h.system.Root.StopFuture(h.pid).Wait())
		h.work.Wait()
	})
	h.system.Root.Send(h.pid, &actors.Start{})
	return h
}

func (h *host) do(command any) error {
	done := make(chan error, 1)
	h.system.Root.Send(h.pid, &Do{Command: command, Done: done})
	select {
	case err := <-done:
		return err
	case <-time.After(20 * time.Second):
		h.t.Fatalf("%T was not answered", command)
		return nil
	}
}

func (h *host) stop(grace time.Duration) error { return h.do(&actors.Stop{Grace: grace}) }

// await returns the next event of type E.
func await[E any](h *host) E {
	h.t.Helper()
	deadline := time.After(20 * time.Second)
	for {
		select {
		case event := <-h.news:
			if e, ok := event.(E); ok {
				return e
			}
		case <-deadline:
			var want E
			h.t.Fatalf("no %T came", want)
			return want
		}
	}
}

// submit hands a task to the child and returns a channel for the answer.
func (h *host) submit(payload string) <-chan actors.Result {
	call := &Call{Task: actors.Task{Payload: []byte(payload)}, Done: make(chan actors.Result, 1)}
	h.system.Root.Send(h.pid, call)
	return call.Done
}

func (h *host) result(answer <-chan actors.Result) actors.Result {
	h.t.Helper()
	select {
	case r := <-answer:
		return r
	case <-time.After(20 * time.Second):
		h.t.Fatal("the task was not answered")
		return actors.Result{}
	}
}

func (h *host) output() string {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.out.String()
}

func TestOneStartedOneReadyOneDown(t *testing.T) {
	h := start(t, Spec{Command: self(t, "exit3")})
	down := await[*actors.Down](h)
	assert.Equal(t, actors.ReasonExited, down.Exit.Reason)
	assert.Equal(t, 3, down.Exit.Code)
	assert.Equal(t, "out of cheese\n", string(down.Exit.StderrTail))
	assert.False(t, down.Exit.OutputIncomplete)
	require.Len(t, h.events, 4)
	assert.Equal(t, down.Exit.PID, h.events[0].(*Connected).Conn.PID())
	started := h.events[1].(*actors.Started)
	assert.Equal(t, down.Exit.PID, started.PID)
	assert.IsType(t, &actors.Ready{}, h.events[2])
	// The actor outlives its child.
	h.system.Root.Send(h.pid, &actors.Start{})
	assert.EqualValues(t, 2, await[*actors.Down](h).Incarnation)
}

func TestStartFailureIsADownWithItsCause(t *testing.T) {
	h := start(t, Spec{Command: ptyio.Command{Path: "/no/such/program"}})
	down := await[*actors.Down](h)
	assert.Equal(t, actors.ReasonStartFailed, down.Exit.Reason)
	require.ErrorIs(t, down.Exit.Err, fs.ErrNotExist)
	assert.Contains(t, down.Exit.String(), "/no/such/program")
	assert.Len(t, h.events, 1)
	assert.ErrorIs(t, h.do(&actors.Write{Data: []byte("x")}), actors.ErrNotRunning)
}

func TestStdinIsByteExactAndCloses(t *testing.T) {
	h := start(t, Spec{Command: self(t, "cat")})
	data := strings.Repeat("0123456789abcde\n", 20000) // several pipes full
	require.NoError(t, h.do(&actors.Write{Data: []byte(data)}))
	require.NoError(t, h.do(&actors.Write{Data: []byte("end")}))
	require.NoError(t, h.do(&actors.CloseStdin{}))
	assert.ErrorIs(t, h.do(&actors.Write{Data: []byte("x")}), actors.ErrStdinClosed)
	down := await[*actors.Down](h)
	assert.True(t, down.Exit.Success(), down.Exit)
	assert.Equal(t, data+"end", h.output())
}

// What is written before the process runs waits for it.
func TestInputMayComeBeforeTheProcess(t *testing.T) {
	h := start(t, Spec{Command: self(t, "cat")})
	h.system.Root.Send(h.pid, &actors.Write{Data: []byte("early")})
	h.system.Root.Send(h.pid, &actors.CloseStdin{})
	assert.True(t, await[*actors.Down](h).Exit.Success())
	assert.Equal(t, "early", h.output())
}

func TestChildThatNeverReadsStdin(t *testing.T) {
	h := start(t, Spec{Command: self(t, "deaf"), StdinLimitBytes: 1 << 20})
	await[*actors.Ready](h)
	refused := make(chan error, 100)
	for range 100 { // 100 times 64 KiB is more than pipe and limit hold
		h.system.Root.Send(h.pid, &Do{Command: &actors.Write{Data: make([]byte, 64<<10)}, Done: refused})
	}
	// Refusals may overtake the one write that a pipe has room for.
	answers, written := 0, 0
	for refusal := error(nil); refusal == nil; answers++ {
		if refusal = <-refused; refusal == nil {
			written++
			continue
		}
		require.ErrorIs(t, refusal, actors.ErrStdinFull)
	}
	require.NoError(t, h.stop(-1))
	assert.Equal(t, syscall.SIGKILL, await[*actors.Down](h).Exit.Signal)
	for ; answers < 100; answers++ {
		if <-refused == nil {
			written++
		}
	}
	assert.LessOrEqual(t, written, 1, "a pipe holds 64 KiB; what did not reach the child is not reported as done")
}

func TestStopAsksThenKills(t *testing.T) {
	t.Run("a child that follows", func(t *testing.T) {
		h := start(t, Spec{Command: self(t, "deaf")})
		await[*actors.Ready](h)
		require.NoError(t, h.stop(20*time.Second))
		down := await[*actors.Down](h)
		assert.Equal(t, actors.ReasonStopped, down.Exit.Reason)
		assert.Equal(t, syscall.SIGTERM, down.Exit.Signal)
	})
	t.Run("a child that does not", func(t *testing.T) {
		h := start(t, Spec{Command: self(t, "tough")})
		require.Eventually(t, func() bool { return h.output() == "ready\n" }, 20*time.Second, time.Millisecond)
		require.NoError(t, h.stop(50*time.Millisecond))
		down := await[*actors.Down](h)
		assert.Equal(t, actors.ReasonStopped, down.Exit.Reason)
		assert.Equal(t, syscall.SIGKILL, down.Exit.Signal)
	})
	t.Run("a child that is stopped by SIGSTOP", func(t *testing.T) {
		h := start(t, Spec{Command: self(t, "deaf")})
		await[*actors.Ready](h)
		require.NoError(t, h.do(&actors.Signal{Sig: syscall.SIGSTOP}))
		require.NoError(t, h.stop(20*time.Second))
		assert.Equal(t, syscall.SIGTERM, await[*actors.Down](h).Exit.Signal)
	})
}

func TestSlowConsumerBlocksTheChildAndStopStillWorks(t *testing.T) {
	hold := make(chan struct{})
	var delivered int
	h := start(t, Spec{Command: self(t, "flood"), Output: func(_ Stream, data []byte) {
		delivered += len(data)
		<-hold
	}})
	await[*actors.Ready](h)
	go func() { close(hold) }()
	require.NoError(t, h.stop(time.Second))
	assert.Equal(t, actors.ReasonStopped, await[*actors.Down](h).Exit.Reason)
}

// A consumer that gives no credit holds the child at what the window and one
// pipe take.
func TestOutputByMessageIsBoundedByCredit(t *testing.T) {
	const window = 64 << 10
	var mu sync.Mutex
	var outputs []*actors.Output
	total := 0
	system := newSystem()
	consumer := system.Root.Spawn(actor.PropsFromFunc(func(c actor.Context) {
		if m, ok := c.Message().(*actors.Output); ok {
			mu.Lock()
			outputs = append(outputs, m)
			total += len(m.Data)
			mu.Unlock()
		}
	}))
	received := func() int { mu.Lock(); defer mu.Unlock(); return total }

	spec := Spec{Command: self(t, "flood"), OutputTo: consumer, OutputWindowBytes: window}
	h := startIn(t, system, spec)
	h.system.Root.Send(h.pid, &actors.Ping{}) // refused, answered: the actor lives
	require.Eventually(t, func() bool { return received() == window }, 20*time.Second, time.Millisecond)
	// Half of it acknowledged, the child may print as much more.
	mu.Lock()
	first := outputs[0]
	mu.Unlock()
	h.system.Root.Send(h.pid, &actors.Ack{Incarnation: first.Incarnation, Stream: first.Stream, Bytes: window / 2})
	require.Eventually(t, func() bool { return received() == window+window/2 }, 20*time.Second, time.Millisecond)
	require.NoError(t, h.stop(time.Second))
	assert.Equal(t, actors.ReasonStopped, await[*actors.Down](h).Exit.Reason)
	require.NoError(t, system.Root.StopFuture(consumer).Wait())
}

func workerSpec(t *testing.T) Spec {
	return Spec{Command: self(t, "worker"), Protocol: protocol.Wire{}}
}

func TestTasksOverTheWire(t *testing.T) {
	h := start(t, workerSpec(t))
	await[*actors.Ready](h)
	t.Run("answer", func(t *testing.T) {
		r := h.result(h.submit("hello"))
		require.NoError(t, r.Err)
		assert.Equal(t, "hello", string(r.Payload))
		assert.Equal(t, 1, r.Attempts)
	})
	t.Run("the handler's error", func(t *testing.T) {
		err := h.result(h.submit("fail no cheese")).Err
		require.ErrorIs(t, err, actors.ErrTaskFailed)
		assert.Equal(t, "task failed: no cheese", err.Error())
	})
	t.Run("a stray print does no harm", func(t *testing.T) {
		r := h.result(h.submit("print \x00\x00\x00\x01garbage"))
		assert.Equal(t, "printed", string(r.Payload))
		require.Eventually(t, func() bool { return strings.Contains(h.output(), "garbage") }, 20*time.Second, time.Millisecond)
	})
	t.Run("payload over the limit", func(t *testing.T) {
		err := h.result(h.submit(strings.Repeat("x", protocol.DefaultLimitBytes))).Err
		require.ErrorIs(t, err, actors.ErrTooLarge)
	})
	t.Run("answer over the limit", func(t *testing.T) {
		err := h.result(h.submit("big")).Err
		require.ErrorIs(t, err, actors.ErrTaskFailed)
		assert.Contains(t, err.Error(), "too large")
	})
	t.Run("a large payload fits", func(t *testing.T) {
		large := strings.Repeat("y", 3<<20)
		r := h.result(h.submit(large))
		require.NoError(t, r.Err)
		assert.Equal(t, large, string(r.Payload))
	})
	t.Run("a second task while one runs is refused", func(t *testing.T) {
		running := h.submit("begin-and-wait")
		require.Eventually(t, func() bool { return strings.HasSuffix(h.output(), "begun\n") }, 20*time.Second, time.Millisecond)
		require.ErrorIs(t, h.result(h.submit("hello")).Err, actors.ErrBusy)
		require.NoError(t, h.do(&actors.Ping{}), "a busy worker answers pings")
		call := &Call{Done: make(chan actors.Result, 1)}
		h.system.Root.Send(h.pid, &Cancel{Call: call, Err: errors.New("not held: left alone")})
		require.NoError(t, h.stop(-1))
		err := h.result(running).Err
		var exited *actors.WorkerExitedError
		require.ErrorAs(t, err, &exited)
		assert.True(t, exited.MayHaveRun)
		assert.Equal(t, actors.ReasonStopped, exited.Exit.Reason)
	})
}

func TestShutdownLetsAWorkerFinish(t *testing.T) {
	h := start(t, workerSpec(t))
	await[*actors.Ready](h)
	answer := h.submit(strings.Repeat("z", 2<<20)) // still on its way when the shutdown is asked for
	require.NoError(t, h.stop(20*time.Second))
	r := h.result(answer)
	require.NoError(t, r.Err)
	assert.Len(t, r.Payload, 2<<20)
	down := await[*actors.Down](h)
	assert.Equal(t, 0, down.Exit.Code, "it exits by itself")
	assert.Equal(t, actors.ReasonStopped, down.Exit.Reason)
}

func TestCancel(t *testing.T) {
	t.Run("a handler that follows keeps its worker", func(t *testing.T) {
		h := start(t, workerSpec(t))
		await[*actors.Ready](h)
		call := &Call{Task: actors.Task{Payload: []byte("wait")}, Done: make(chan actors.Result, 1)}
		h.system.Root.Send(h.pid, call)
		gone := errors.New("caller left")
		h.system.Root.Send(h.pid, &Cancel{Call: call, Err: gone})
		assert.Equal(t, gone, h.result(call.Done).Err)
		require.Eventually(t, func() bool { return h.result(h.submit("next")).Err == nil }, 20*time.Second, time.Millisecond)
	})
	t.Run("one that does not costs the worker its life", func(t *testing.T) {
		spec := workerSpec(t)
		spec.CancelGrace = 10 * time.Millisecond
		h := start(t, spec)
		await[*actors.Ready](h)
		call := &Call{Task: actors.Task{Payload: []byte("ignore-cancel")}, Done: make(chan actors.Result, 1)}
		h.system.Root.Send(h.pid, call)
		require.Eventually(t, func() bool { return h.output() == "begun\n" }, 20*time.Second, time.Millisecond)
		h.system.Root.Send(h.pid, &Cancel{Call: call, Err: errors.New("caller left")})
		down := await[*actors.Down](h)
		assert.Equal(t, actors.ReasonUnresponsive, down.Exit.Reason)
		assert.Equal(t, syscall.SIGINT, down.Exit.Signal)
	})
}

// What a child says that is not the protocol ends it, and the exit names the
// cause.
func TestProtocolErrors(t *testing.T) {
	for _, test := range []struct {
		role, task string
		reason     actors.Reason
		cause      string
	}{
		{"garbage", "", actors.ReasonProtocol, "too large"},
		{"version", "", actors.ReasonProtocol, "other side speaks version 99, want 1"},
		{"early-result", "", actors.ReasonProtocol, "result before hello"},
		{"half-frame", "x", actors.ReasonExited, "truncated frame"},
		{"unknown-id", "x", actors.ReasonProtocol, "which the child does not hold"},
		{"close-wire", "", actors.ReasonProtocol, "closed its end"},
		{"deaf", "", actors.ReasonNotReady, "no hello in time"},
	} {
		t.Run(test.role, func(t *testing.T) {
			timeout := 20 * time.Second
			if test.reason == actors.ReasonNotReady {
				timeout = 50 * time.Millisecond
			}
			h := start(t, Spec{Command: self(t, test.role), Protocol: protocol.Wire{}, StartTimeout: timeout})
			var answer <-chan actors.Result
			if test.task != "" {
				await[*actors.Ready](h)
				answer = h.submit(test.task)
			}
			down := await[*actors.Down](h)
			assert.Equal(t, test.reason, down.Exit.Reason)
			require.Error(t, down.Exit.Err)
			assert.Contains(t, down.Exit.Err.Error(), test.cause)
			if test.reason == actors.ReasonProtocol {
				assert.ErrorIs(t, down.Exit.Err, protocol.ErrProtocol)
			}
			if answer != nil {
				var exited *actors.WorkerExitedError
				require.ErrorAs(t, h.result(answer).Err, &exited)
				assert.True(t, exited.MayHaveRun)
			}
		})
	}
}

// A task that the child can not have read whole certainly did not run.
func TestTaskThatWasNotWrittenDidNotRun(t *testing.T) {
	h := start(t, Spec{Command: self(t, "deaf-worker"), Protocol: protocol.Wire{}, Prefetch: 3})
	await[*actors.Ready](h)
	fits := h.submit("small")
	tooMuch := h.submit(strings.Repeat("x", 1<<20)) // more than a pipe holds
	behind := h.submit("behind it")
	require.ErrorIs(t, h.result(h.submit("one too many")).Err, actors.ErrBusy)
	require.NoError(t, h.do(&actors.Signal{Sig: syscall.SIGKILL}))
	for answer, mayHaveRun := range map[<-chan actors.Result]bool{fits: true, behind: false} {
		var exited *actors.WorkerExitedError
		require.ErrorAs(t, h.result(answer).Err, &exited)
		assert.Equal(t, mayHaveRun, exited.MayHaveRun)
		assert.Equal(t, syscall.SIGKILL, exited.Exit.Signal)
	}
	require.ErrorIs(t, h.result(tooMuch).Err, actors.ErrWorkerExited)
}

func TestEndOfTheActorEndsTheChild(t *testing.T) {
	for name, end := range map[string]func(h *host){
		"stopped":  func(h *host) { h.system.Root.Stop(h.pid) },
		"poisoned": func(h *host) { h.system.Root.Poison(h.pid) },
	} {
		t.Run(name, func(t *testing.T) {
			h := start(t, Spec{Command: self(t, "tough"), Protocol: nil})
			started := await[*actors.Started](h)
			h.gone = true
			end(h)
			down := await[*actors.Down](h)
			assert.Equal(t, actors.ReasonPanic, down.Exit.Reason)
			h.work.Wait()
			assert.ErrorIs(t, syscall.Kill(started.PID, 0), syscall.ESRCH)
		})
	}
}

func TestSpecFaultsAreAllReported(t *testing.T) {
	_, err := Spec{Prefetch: -1, Grace: -1, Output: func(Stream, []byte) {}, OutputTo: &actor.PID{}}.Props()
	require.Error(t, err)
	for _, fault := range []string{"Command.Path", "Prefetch", "Grace", "OutputTo"} {
		assert.Contains(t, err.Error(), fault)
	}
}

func TestTerminal(t *testing.T) {
	h := start(t, Spec{Command: self(t, "cat"), Transport: ptyio.PTY{}})
	await[*actors.Ready](h)
	require.NoError(t, h.do(&actors.Resize{Rows: 50, Cols: 100}))
	require.NoError(t, h.do(&actors.Write{Data: []byte("hello\n")}))
	require.Eventually(t, func() bool { return h.output() == "hello\r\nhello\r\n" }, 20*time.Second, time.Millisecond)
	require.NoError(t, h.do(&actors.CloseStdin{}))
	assert.True(t, await[*actors.Down](h).Exit.Success())
}
