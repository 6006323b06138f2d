//go:build unix

package process

import (
	"bytes"
	"io"
	"os"
	"os/signal"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"brood/actors"
	"brood/ptyio"
)

func init() {
	roles["late-cat"] = func() { // it waits between the first byte and the others
		now := make(chan os.Signal, 1)
		signal.Notify(now, syscall.SIGUSR1)
		_, _ = os.Stdin.Read(make([]byte, 1))
		os.Stdout.WriteString("ready\n")
		<-now
		_, _ = io.Copy(os.Stdout, os.Stdin)
	}
}

// A write that is withdrawn says how far it came; the child gets so much of it,
// and all of what is written after.
func TestCase69WithdrawnWriteIsExact(t *testing.T) {
	h := start(t, Spec{Command: self(t, "late-cat"), StdinLimitBytes: 4 << 20})
	big := &actors.Write{Data: bytes.Repeat([]byte("b"), 1<<20)}
	waits := &actors.Write{Data: bytes.Repeat([]byte("w"), 1000)}
	stays := &actors.Write{Data: []byte("the end")}
	answers := map[*actors.Write]chan error{big: make(chan error, 1), waits: make(chan error, 1), stays: make(chan error, 1)}
	for _, write := range []*actors.Write{big, waits, stays} {
		h.system.Root.Send(h.pid, &Do{Command: write, Done: answers[write]})
	}
	require.Eventually(t, func() bool { return h.output() == "ready\n" }, 20*time.Second, time.Millisecond)
	require.NoError(t, h.do(&actors.Withdraw{Write: waits, Err: errWithdrawn}))
	require.NoError(t, h.do(&actors.Withdraw{Write: big, Err: errWithdrawn}))
	require.NoError(t, h.do(&actors.Withdraw{Write: big, Err: errWithdrawn}), "again: nothing")

	var part *actors.WriteError
	require.ErrorAs(t, <-answers[waits], &part)
	assert.Equal(t, &actors.WriteError{Written: 0, Total: 1000, Err: errWithdrawn}, part)
	require.ErrorAs(t, <-answers[big], &part)
	assert.Equal(t, errWithdrawn, part.Err)
	assert.Greater(t, part.Written, 0)
	assert.Less(t, part.Written, 1<<20)

	require.NoError(t, h.do(&actors.Signal{Sig: syscall.SIGUSR1}))
	require.NoError(t, h.do(&actors.CloseStdin{}))
	require.NoError(t, <-answers[stays])
	assert.True(t, await[*actors.Down](h).Exit.Success())
	want := "ready\n" + string(big.Data[1:part.Written]) + "the end"
	assert.True(t, want == h.output(), "%d bytes, want %d", len(h.output()), len(want))
}

// A child that never reads: the writer gets its error, nothing of it stays
// behind, and Stop keeps its time.
func TestCase69ChildThatNeverReads(t *testing.T) {
	for name, transport := range map[string]ptyio.Transport{"pipes": ptyio.Pipes{}, "terminal": ptyio.PTY{}} {
		t.Run(name, func(t *testing.T) {
			h := start(t, Spec{Command: self(t, "tough"), Transport: transport})
			require.Eventually(t, func() bool { return len(h.output()) > 0 }, 20*time.Second, time.Millisecond)
			line := append(bytes.Repeat([]byte("x"), 99), '\n')
			write := &actors.Write{Data: bytes.Repeat(line, 1<<20/len(line))}
			done := make(chan error, 1)
			h.system.Root.Send(h.pid, &Do{Command: write, Done: done})
			require.NoError(t, h.do(&actors.Withdraw{Write: write, Err: os.ErrDeadlineExceeded}))
			require.ErrorIs(t, <-done, os.ErrDeadlineExceeded)
			began := time.Now()
			require.NoError(t, h.stop(50*time.Millisecond))
			assert.Less(t, time.Since(began), 10*time.Second)
			assert.Equal(t, syscall.SIGKILL, await[*actors.Down](h).Exit.Signal)
			h.work.Wait()
		})
	}
}

// What was answered, or is not known, is left alone.
func TestWithdrawAfterTheAnswer(t *testing.T) {
	h := start(t, Spec{Command: self(t, "cat")})
	write := &actors.Write{Data: []byte("whole")}
	require.NoError(t, h.do(write))
	require.NoError(t, h.do(&actors.Withdraw{Write: write, Err: errWithdrawn}))
	require.NoError(t, h.do(&actors.CloseStdin{}))
	assert.True(t, await[*actors.Down](h).Exit.Success())
	assert.Equal(t, "whole", h.output())
	assert.ErrorIs(t, h.do(&actors.Withdraw{Write: write}), actors.ErrNotRunning)
}
