package tests

import (
	"bytes"
	"context"
	"errors"
	"io"
	"math"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"testing/iotest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"brood/actors"
	"brood/ptyio"
	"brood/runtime"
)

func TestRunTimeout(t *testing.T) {
	rt := newRuntime(t, runtime.Options{})
	got, err := rt.Run(within(t, limit), runtime.RunSpec{Command: command(t, "mute"), Timeout: 50 * time.Millisecond})
	require.ErrorIs(t, err, runtime.ErrTimeout)
	assert.ErrorIs(t, err, context.DeadlineExceeded)
	assert.ErrorContains(t, err, "timed out after 50ms: signal: ")
	var exited *runtime.ExitError
	require.ErrorAs(t, err, &exited)
	assert.Equal(t, got.Exit, exited.Exit)
	assert.Equal(t, actors.ReasonTimedOut, got.Exit.Reason)
	assert.Greater(t, got.Exit.WallTime(), time.Duration(0))
	assert.NotEmpty(t, got.Exit.Containment)
}

func TestRunCancelled(t *testing.T) {
	rt := newRuntime(t, runtime.Options{})
	ctx, cancel := context.WithCancelCause(context.Background())
	gone := errors.New("the user left")
	time.AfterFunc(50*time.Millisecond, func() { cancel(gone) })
	got, err := rt.Run(ctx, runtime.RunSpec{
		Command: command(t, "mute"), StopPlan: runtime.StopPlan{{Signal: syscall.SIGINT, Wait: limit}},
	})
	require.ErrorIs(t, err, gone)
	assert.Equal(t, actors.ReasonCancelled, got.Exit.Reason)
}

func TestRunOutputLimitIsAReason(t *testing.T) {
	rt := newRuntime(t, runtime.Options{})
	got, err := rt.Run(within(t, limit), runtime.RunSpec{Command: command(t, "flooder"), MaxOutputBytes: 10})
	require.ErrorIs(t, err, runtime.ErrOutputLimit)
	assert.Equal(t, actors.ReasonOutputLimit, got.Exit.Reason)
}

// TestRunOverItsOutputLimitWhenItIsToEnd: the limit ends the grace.
func TestRunOverItsOutputLimitWhenItIsToEnd(t *testing.T) {
	rt := newRuntime(t, runtime.Options{})
	listens := filepath.Join(t.TempDir(), "listens")
	ctx, cancel := context.WithCancel(within(t, limit))
	go func() {
		defer cancel()
		assert.Eventually(t, func() bool { _, err := os.Stat(listens); return err == nil }, limit, soon)
	}()
	got, err := rt.Run(ctx, runtime.RunSpec{Command: command(t, "protester", listens), MaxOutputBytes: 1000, Grace: limit / 4})
	require.ErrorIs(t, err, runtime.ErrOutputLimit)
	assert.Equal(t, syscall.SIGKILL, got.Exit.Signal)
	assert.Less(t, got.Exit.WallTime(), limit/4)
	assert.Len(t, got.Stdout, 1000)
}

func TestRunSuccessCodes(t *testing.T) {
	rt := newRuntime(t, runtime.Options{})
	got, err := rt.Run(within(t, limit), runtime.RunSpec{Command: command(t, "exit"), SuccessCodes: []int{1, 3}})
	require.NoError(t, err)
	assert.Equal(t, 3, got.Exit.Code)
	_, err = rt.Run(within(t, limit), runtime.RunSpec{Command: command(t, "exit"), SuccessCodes: []int{1, 2}})
	assert.ErrorContains(t, err, "exit code 3")
	_, err = rt.Run(within(t, limit), runtime.RunSpec{Command: command(t, "ok"), SuccessCodes: []int{3}})
	assert.NoError(t, err, "0 is always one")
}

func TestRunText(t *testing.T) {
	for stdout, want := range map[string]string{
		"": "", "x": "x", "x\n": "x", "x\r\n": "x", " x \n\n": " x \n", "\n": "",
	} {
		assert.Equal(t, want, (&runtime.RunResult{Stdout: []byte(stdout)}).Text(), "%q", stdout)
	}
}

func TestRunReadsItsInput(t *testing.T) {
	rt := newRuntime(t, runtime.Options{})
	input := bytes.Repeat([]byte("0123456789abcde\n"), 1<<20/16)
	got, err := rt.Run(within(t, limit), runtime.RunSpec{
		Command: command(t, "cat"), StdinFrom: iotest.HalfReader(bytes.NewReader(input)), MaxOutputBytes: len(input),
	})
	require.NoError(t, err)
	assert.True(t, bytes.Equal(input, got.Stdout))
}

// TestRunDoesNotWaitForItsInput: neither for a reader that never returns nor for
// one that never ends.
func TestRunDoesNotWaitForItsInput(t *testing.T) {
	rt := newRuntime(t, runtime.Options{})
	silent, end := io.Pipe()
	t.Cleanup(func() { end.Close() })
	for name, input := range map[string]io.Reader{"never returns": silent, "never ends": endless{}} {
		got, err := rt.Run(within(t, limit), runtime.RunSpec{Command: command(t, "ok"), StdinFrom: input})
		require.NoError(t, err, name)
		assert.Equal(t, "fine", got.Text(), name)
	}
	_, err := end.Write([]byte("late")) // the feeder returns, as the runtime's end will show
	require.NoError(t, err)
}

type endless struct{}

func (endless) Read(p []byte) (int, error) { return len(p), nil }

func TestRunReportsItsInputsError(t *testing.T) {
	rt := newRuntime(t, runtime.Options{})
	broken := errors.New("the disk is gone")
	input := io.MultiReader(strings.NewReader("half of it"), iotest.ErrReader(broken))
	got, err := rt.Run(within(t, limit), runtime.RunSpec{Command: command(t, "cat"), StdinFrom: input})
	require.ErrorIs(t, err, broken)
	assert.Equal(t, "half of it", got.Text(), "its input ended there")
	_, err = rt.Run(within(t, limit), runtime.RunSpec{Command: command(t, "ok"), StdinFrom: input, Stdin: []byte{1}})
	assert.ErrorContains(t, err, "both Stdin and StdinFrom")
}

// TestRunRefusesInputForARedirectedStdin: it would be lost.
func TestRunRefusesInputForARedirectedStdin(t *testing.T) {
	rt := newRuntime(t, runtime.Options{})
	null := runtime.Pipes{Stdin: runtime.Stdio{Null: true}}
	for name, transport := range map[string]runtime.Transport{"value": null, "pointer": &null} {
		spec := runtime.RunSpec{Command: command(t, "cat"), Transport: transport}
		_, err := rt.Run(within(t, limit), spec)
		require.NoError(t, err, name)
		spec.Stdin = []byte("lost")
		_, err = rt.Run(within(t, limit), spec)
		require.ErrorContains(t, err, "both Stdin and Transport's Stdin are set", name)
		spec.Stdin, spec.StdinFrom = nil, strings.NewReader("lost")
		_, err = rt.Run(within(t, limit), spec)
		require.ErrorContains(t, err, "both StdinFrom and Transport's Stdin are set", name)
	}
	hidden := struct{ runtime.Transport }{null}
	for _, spec := range []runtime.RunSpec{{Stdin: []byte("lost")}, {StdinFrom: strings.NewReader("lost")}} {
		spec.Command, spec.Transport = command(t, "cat"), hidden
		got, err := rt.Run(within(t, limit), spec)
		require.ErrorIs(t, err, ptyio.ErrRedirected)
		assert.True(t, got.Exit.Success())
	}
}

// TestRunReportsALineThatATerminalWouldCut: with the exit, if that is no success.
func TestRunReportsALineThatATerminalWouldCut(t *testing.T) {
	rt := newRuntime(t, runtime.Options{})
	long := strings.Repeat("x", 5000) + "\n"
	for code, failed := range []bool{false, true} {
		for name, spec := range map[string]runtime.RunSpec{"Stdin": {Stdin: []byte(long)}, "StdinFrom": {StdinFrom: strings.NewReader(long)}} {
			spec.Command, spec.Transport = command(t, "drain", strconv.Itoa(code)), runtime.PTY{}
			got, err := rt.Run(within(t, limit), spec)
			require.ErrorIs(t, err, ptyio.ErrLineTooLong, name)
			assert.ErrorContains(t, err, ": stdin: 0 of 5001 bytes written: ", name)
			assert.Equal(t, code, got.Exit.Code, "its input ended there")
			var exited *runtime.ExitError
			assert.Equal(t, failed, errors.As(err, &exited), name)
		}
	}
}

func TestLines(t *testing.T) {
	rt := newRuntime(t, runtime.Options{})
	const printed = 100_000
	n := 0
	for line, err := range rt.Lines(within(t, limit), runtime.RunSpec{Command: command(t, "numbers", strconv.Itoa(printed))}) {
		require.NoError(t, err)
		got, err := strconv.Atoi(line)
		require.NoError(t, err)
		require.Equal(t, n, got)
		n++
	}
	assert.Equal(t, printed, n)
}

// TestLinesHoldTheCommand: while the loop is at work the command is not read.
func TestLinesHoldTheCommand(t *testing.T) {
	rt := newRuntime(t, runtime.Options{})
	before, stop := watchHeap(t)
	n := 0
	for _, err := range rt.Lines(within(t, limit), runtime.RunSpec{Command: command(t, "flooder")}) {
		require.NoError(t, err)
		if n++; n == 1000 {
			require.Eventually(t, func() bool { return len(rt.Children()) == 1 && stateOf(rt.Children()[0].PID) == "S" }, limit, soon)
			break
		}
	}
	assert.Less(t, stop(), before+16<<20)
	assert.Empty(t, rt.Children(), "leaving the loop ended it")
	noChildren(t)
}

// collectLines returns the lines of a command and the error behind them. After
// each line it calls pause.
func collectLines(t *testing.T, rt *runtime.Runtime, spec runtime.RunSpec, pause func()) (said []string, last error) {
	t.Helper()
	for line, err := range rt.Lines(within(t, limit), spec) {
		require.NoError(t, last, "the error is the last pair")
		if last = err; err == nil {
			said = append(said, line)
			pause()
		}
	}
	return said, last
}

func TestLinesEndWithTheError(t *testing.T) {
	rt := newRuntime(t, runtime.Options{})
	collect := func(spec runtime.RunSpec) ([]string, error) { return collectLines(t, rt, spec, func() {}) }
	said, err := collect(runtime.RunSpec{Command: command(t, "exit")})
	assert.Empty(t, said)
	assert.ErrorContains(t, err, `exit code 3: "out of cheese"`)

	said, err = collect(runtime.RunSpec{Command: command(t, "runaway")})
	assert.Equal(t, []string{"before"}, said)
	assert.ErrorIs(t, err, runtime.ErrOutputLimit)

	said, err = collect(runtime.RunSpec{Command: command(t, "runaway"), MaxOutputBytes: runawayBytes})
	require.NoError(t, err)
	require.Len(t, said, 4)
	assert.Len(t, said[1], runawayBytes)
	assert.Equal(t, "last", said[3])

	said, err = collect(runtime.RunSpec{Command: command(t, "deaf"), Timeout: time.Second})
	assert.Equal(t, []string{"ready"}, said)
	assert.ErrorIs(t, err, runtime.ErrTimeout)

	_, err = collect(runtime.RunSpec{Command: runtime.Command{Path: "/no/such"}})
	var failed *runtime.StartError
	assert.ErrorAs(t, err, &failed)
	_, err = collect(runtime.RunSpec{})
	assert.ErrorContains(t, err, "Command.Path is empty")
}

// TestLinesOfACommandThatEndedBeforeTheLongOne: nothing is left to be killed, and
// what the loop does not get is an error all the same.
func TestLinesOfACommandThatEndedBeforeTheLongOne(t *testing.T) {
	rt := newRuntime(t, runtime.Options{})
	for printed, code := range map[string]string{"short\n" + strings.Repeat("x", 100) + "\nshort\n": "0", "short\nelevenbytes": "3"} {
		spec := runtime.RunSpec{Command: command(t, "print", printed, code), MaxOutputBytes: 10}
		said, last := collectLines(t, rt, spec, func() {
			require.Eventually(t, func() bool { return len(rt.Children()) == 0 }, limit, soon)
		})
		assert.Equal(t, []string{"short"}, said)
		var exited *runtime.ExitError
		require.ErrorAs(t, last, &exited)
		assert.ErrorIs(t, last, runtime.ErrOutputLimit)
		assert.Equal(t, code, strconv.Itoa(exited.Exit.Code))
		assert.Equal(t, actors.ReasonExited, exited.Exit.Reason)
	}
}

// TestLinesLimit: it counts a line without its end, whichever it has.
func TestLinesLimit(t *testing.T) {
	rt := newRuntime(t, runtime.Options{})
	for _, end := range []string{"", "\n", "\r\n", "\nnext\n"} {
		for size, want := range map[int]error{9: nil, 10: nil, 11: runtime.ErrOutputLimit, 12: runtime.ErrOutputLimit} {
			line := strings.Repeat("x", size)
			spec := runtime.RunSpec{Command: command(t, "print", line+end, "0"), MaxOutputBytes: 10}
			said, err := collectLines(t, rt, spec, func() {})
			assert.ErrorIs(t, err, want, "%d bytes and %q", size, end)
			if want == nil {
				require.NotEmpty(t, said)
				assert.Equal(t, line, said[0])
			} else {
				assert.Empty(t, said)
			}
		}
	}
	said, err := collectLines(t, rt, runtime.RunSpec{Command: command(t, "ok"), MaxOutputBytes: math.MaxInt}, func() {})
	require.NoError(t, err)
	assert.Equal(t, []string{"fine"}, said)
}

// TestLinesOfALoopThatPanics: the command does not outlive it.
func TestLinesOfALoopThatPanics(t *testing.T) {
	rt := newRuntime(t, runtime.Options{})
	assert.Panics(t, func() {
		for range rt.Lines(within(t, limit), runtime.RunSpec{Command: command(t, "flooder")}) {
			panic("at the first line")
		}
	})
	assert.Empty(t, rt.Children())
	noChildren(t)
}
