package tests

import (
	"bytes"
	"context"
	"io"
	"os"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/asynkron/protoactor-go/actor"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"brood/actors"
	"brood/runtime"
)

// torrent is what a child prints that prints too much.
const torrent = 2 << 30

// TestCase68SlowConsumerHoldsTheChild: it is held, not killed, and memory stays
// flat, however it is consumed.
func TestCase68SlowConsumerHoldsTheChild(t *testing.T) {
	const enough = 32 << 20
	gate := make(chan struct{})
	var got atomic.Int64
	took := func(n int) {
		if got.Add(int64(n)) > enough {
			<-gate
		}
	}
	for name, consume := range map[string]func(*runtime.ProcessSpec){
		"chunks": func(s *runtime.ProcessSpec) { s.Output = func(_ actors.Stream, data []byte) { took(len(data)) } },
		"lines":  func(s *runtime.ProcessSpec) { s.Lines = func(line actors.Line) { took(len(line.Text) + 1) } },
		"reader": func(s *runtime.ProcessSpec) { s.ReadStdout = true },
	} {
		t.Run(name, func(t *testing.T) {
			gate = make(chan struct{})
			got.Store(0)
			rt := newRuntime(t, runtime.Options{})
			before, stop := watchHeap(t)
			spec := runtime.ProcessSpec{Command: command(t, "spill", strconv.Itoa(torrent)), Grace: time.Second}
			consume(&spec)
			p := start(t, rt, spec)
			if spec.ReadStdout {
				_, err := io.CopyN(io.Discard, p.Stdout(), enough)
				require.NoError(t, err)
			} else {
				require.Eventually(t, func() bool { return got.Load() > enough }, limit, soon)
			}
			// It is blocked in its write, as it was before it has been looked at twice.
			for range 2 {
				require.Eventually(t, func() bool { return stateOf(p.OSPID()) == "S" }, limit, soon)
			}
			assert.Zero(t, p.Restarts())
			assert.Less(t, stop(), before+64<<20)
			close(gate)
			require.NoError(t, p.Stop(within(t, limit)))
		})
	}
}

// stateOf returns the letter for the state of a process.
func stateOf(pid int) string {
	stat, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/stat")
	if err != nil {
		return ""
	}
	_, rest, _ := strings.Cut(string(stat), ") ")
	return rest[:1]
}

// TestCase68DropCountsEveryByte: the child is never held, and what was delivered
// and what was dropped is what it printed.
func TestCase68DropCountsEveryByte(t *testing.T) {
	var got atomic.Int64
	slow := time.NewTicker(2 * time.Millisecond)
	defer slow.Stop()
	rt := newRuntime(t, runtime.Options{})
	before, stop := watchHeap(t)
	p := start(t, rt, runtime.ProcessSpec{
		Command: command(t, "spill", strconv.Itoa(torrent)), Restart: runtime.Temporary, Overflow: runtime.Drop,
		Output: func(_ actors.Stream, data []byte) {
			got.Add(int64(len(data)))
			<-slow.C
		},
	})
	exit, err := p.Wait(within(t, 4*limit))
	require.NoError(t, err)
	assert.True(t, exit.Success(), exit)
	assert.False(t, exit.OutputIncomplete)
	assert.Less(t, stop(), before+64<<20)
	assert.Greater(t, exit.StdoutDropped, uint64(0), "nothing was dropped: the test shows nothing")
	assert.Equal(t, uint64(torrent), uint64(got.Load())+exit.StdoutDropped)
	assert.Zero(t, exit.StderrDropped)
}

// TestCase68DroppedLinesAreMarked: each line that arrives says where it stood.
func TestCase68DroppedLinesAreMarked(t *testing.T) {
	const printed = 1 << 21
	var at uint64 // in what was printed
	var whole, wrong int
	var cut bool // the line before has no end
	slow := time.NewTicker(time.Millisecond)
	defer slow.Stop()
	p := start(t, newRuntime(t, runtime.Options{}), runtime.ProcessSpec{
		Command: command(t, "numbers", strconv.Itoa(printed)), Restart: runtime.Temporary,
		Overflow: runtime.Drop, OutputWindowBytes: 32 << 10,
		Lines: func(line actors.Line) {
			at += line.Dropped
			begins := at%numberBytes == 0 && (!cut || line.Dropped > 0)
			if begins && !line.Partial {
				n, err := strconv.Atoi(string(line.Text))
				if err != nil || uint64(n) != at/numberBytes {
					wrong++
				}
				if whole++; whole%1000 == 0 {
					<-slow.C
				}
			}
			at += uint64(len(line.Text))
			if cut = line.Partial; !cut {
				at++
			}
		},
	})
	exit, err := p.Wait(within(t, 2*limit))
	require.NoError(t, err)
	assert.True(t, exit.Success(), exit)
	assert.Greater(t, exit.StdoutDropped, uint64(0), "nothing was dropped: the test shows nothing")
	assert.Zero(t, wrong)
	assert.Greater(t, whole, 1000)
	assert.LessOrEqual(t, at, uint64(printed*numberBytes))
}

// TestCase68DroppedMessagesAreMarked: the same for an actor.
func TestCase68DroppedMessagesAreMarked(t *testing.T) {
	const printed = 64 << 20
	rt := newRuntime(t, runtime.Options{})
	var got, gaps uint64
	consumer, err := rt.Spawn("consumer", actor.PropsFromFunc(func(ctx actor.Context) {
		if m, ok := ctx.Message().(*actors.Output); ok {
			got += uint64(len(m.Data))
			gaps += m.Dropped
			if got < printed/8 { // then it stops to acknowledge
				ctx.Send(m.Who, &actors.Ack{Incarnation: m.Incarnation, Stream: m.Stream, Bytes: len(m.Data)})
			}
		}
	}))
	require.NoError(t, err)
	p := start(t, rt, runtime.ProcessSpec{
		Command: command(t, "spill", strconv.Itoa(printed)), Restart: runtime.Temporary,
		Overflow: runtime.Drop, OutputTo: consumer.PID(), OutputWindowBytes: 32 << 10,
	})
	exit, err := p.Wait(within(t, limit))
	require.NoError(t, err)
	require.NoError(t, consumer.Stop(within(t, limit)))
	assert.True(t, exit.Success(), exit)
	assert.Greater(t, exit.StdoutDropped, uint64(0))
	assert.LessOrEqual(t, gaps, exit.StdoutDropped)
	assert.Equal(t, uint64(printed), got+exit.StdoutDropped)
}

// TestCase71LongLineComesInPieces: they are marked, and what follows is in order.
// TestCase78 is in it: the last line has no end.
func TestCase71And78LongAndUnfinishedLines(t *testing.T) {
	var said []string
	pieces, longest := 0, 0
	p := start(t, newRuntime(t, runtime.Options{}), runtime.ProcessSpec{
		Command: command(t, "runaway"), Restart: runtime.Temporary, MaxLineBytes: 100_000,
		Lines: func(line actors.Line) {
			if len(line.Text) > 0 && line.Text[0] == 'r' {
				pieces += len(line.Text)
				longest = max(longest, len(line.Text))
				if line.Partial {
					return
				}
				said = append(said, "the end of it")
				return
			}
			text := string(line.Text)
			if line.Partial {
				text += "…"
			}
			said = append(said, text)
		},
	})
	exit, err := p.Wait(within(t, limit))
	require.NoError(t, err)
	assert.True(t, exit.Success(), exit)
	assert.Equal(t, []string{"before", "the end of it", "after", "last…"}, said)
	assert.Equal(t, runawayBytes, pieces)
	assert.Equal(t, 100_000, longest)
}

// TestReaderOutlivesTheChild: what it printed can be read when it has ended.
func TestReaderOutlivesTheChild(t *testing.T) {
	p := start(t, newRuntime(t, runtime.Options{}), runtime.ProcessSpec{
		Command: command(t, "spill", strconv.Itoa(200<<10)), Restart: runtime.Temporary, ReadStdout: true, ReadStderr: true,
	})
	exit, err := p.Wait(within(t, limit))
	require.NoError(t, err)
	assert.True(t, exit.Success(), exit)
	all, err := io.ReadAll(p.Stdout())
	require.NoError(t, err)
	want := bytes.Repeat([]byte("flood!!\n"), 200<<10/8)
	assert.True(t, bytes.HasPrefix(all, want) && len(all) >= len(want), "%d bytes", len(all))
	all, err = io.ReadAll(p.Stderr())
	require.NoError(t, err)
	assert.Empty(t, all)
}

// TestClosedReaderHoldsNobody: the rest is dropped, and counted.
func TestClosedReaderHoldsNobody(t *testing.T) {
	p := start(t, newRuntime(t, runtime.Options{}), runtime.ProcessSpec{
		Command: command(t, "spill", strconv.Itoa(64<<20)), Restart: runtime.Temporary, ReadStdout: true,
	})
	require.NoError(t, p.Stdout().Close())
	exit, err := p.Wait(within(t, limit))
	require.NoError(t, err)
	assert.True(t, exit.Success(), exit)
	assert.Greater(t, exit.StdoutDropped, uint64(60<<20))
	assert.Nil(t, p.Stderr())
}

// TestCase69WriteHasADeadline: a child that does not read gives the writer an
// error in time, on pipes and on a terminal, and does not hold up its end.
func TestCase69WriteHasADeadline(t *testing.T) {
	line := append(bytes.Repeat([]byte("x"), 99), '\n')
	for name, transport := range map[string]runtime.Transport{"pipes": runtime.Pipes{}, "terminal": runtime.PTY{}} {
		t.Run(name, func(t *testing.T) {
			var out screen
			p := start(t, newRuntime(t, runtime.Options{}), runtime.ProcessSpec{
				Command: command(t, "deaf"), Transport: transport, Output: out.print, Grace: time.Second,
			})
			out.shows(t, "ready")
			written := 0
			var part *actors.WriteError
			for sent := 0; sent < 100<<20; {
				data := bytes.Repeat(line, 10_000)
				ctx, cancel := context.WithTimeout(context.Background(), 200*time.Millisecond)
				err := p.Write(ctx, data)
				cancel()
				sent += len(data)
				if err != nil {
					require.ErrorIs(t, err, context.DeadlineExceeded)
					require.ErrorAs(t, err, &part)
					written += part.Written
					break
				}
				written += len(data)
			}
			require.NotNil(t, part, "no deadline was met")
			assert.Less(t, written, 2<<20, "what a pipe or terminal takes")
			assert.Equal(t, 1_000_000, part.Total)
			began := time.Now()
			require.NoError(t, p.Stop(within(t, limit)))
			assert.Less(t, time.Since(began), 10*time.Second)
		})
	}
}

// TestCopyFromOneProcessToAnother: the first is held by the second.
func TestCopyFromOneProcessToAnother(t *testing.T) {
	rt := newRuntime(t, runtime.Options{})
	const printed = 32 << 20
	from := start(t, rt, runtime.ProcessSpec{
		Command: command(t, "spill", strconv.Itoa(printed)), Restart: runtime.Temporary, ReadStdout: true,
	})
	var got atomic.Int64
	to := start(t, rt, runtime.ProcessSpec{
		Command: command(t, "cat"), Restart: runtime.Temporary,
		Output: func(_ actors.Stream, data []byte) { got.Add(int64(len(data))) },
	})
	n, err := io.Copy(to.Stdin(), from.Stdout())
	require.NoError(t, err)
	assert.EqualValues(t, printed, n)
	require.NoError(t, to.Stdin().Close())
	_, err = to.Wait(within(t, limit))
	require.NoError(t, err)
	assert.EqualValues(t, printed, got.Load())
	_, err = to.Stdin().Write([]byte("x"))
	assert.ErrorIs(t, err, actors.ErrNotRunning)
}
