//go:build unix

package process

import (
	"io"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"brood/actors"
	"brood/ptyio"
)

func init() {
	roles["cat-to-stderr"] = func() { _, _ = io.Copy(os.Stderr, os.Stdin) }
}

// A line that the terminal would cut fails the Write that it is in, and no other,
// although all of them wait together.
func TestLineTooLongFailsItsOwnWrite(t *testing.T) {
	var printed strings.Builder
	h := start(t, Spec{
		Command: self(t, "cat-to-stderr"), Transport: ptyio.PTY{StderrPipe: true},
		Output: func(stream Stream, data []byte) { // the other one is the terminal's echo
			if stream == stderr {
				printed.Write(data)
			}
		},
	})
	long := strings.Repeat("x", 5000) + "\n"
	texts := []string{"first\n", "", long, "second\n", "a\n" + long, "third\n"}
	answers := make([]chan error, len(texts))
	for i, text := range texts {
		answers[i] = make(chan error, 1)
		h.system.Root.Send(h.pid, &Do{Command: &actors.Write{Data: []byte(text)}, Done: answers[i]})
	}
	for i, text := range texts {
		err := <-answers[i]
		if !strings.Contains(text, long) {
			assert.NoError(t, err, text)
			continue
		}
		var refused *actors.WriteError
		require.ErrorAs(t, err, &refused)
		assert.Equal(t, &actors.WriteError{Total: len(text), Err: refused.Err}, refused)
		require.ErrorIs(t, err, ptyio.ErrLineTooLong)
	}
	require.NoError(t, h.do(&actors.Write{Data: []byte("fourth\n")}), "when it waits alone")
	assert.ErrorIs(t, h.do(&actors.Write{Data: []byte(long)}), ptyio.ErrLineTooLong)
	require.NoError(t, h.do(&actors.CloseStdin{}))
	assert.True(t, await[*actors.Down](h).Exit.Success())
	assert.Equal(t, "first\nsecond\nthird\nfourth\n", printed.String())
}

// A redirected stdin takes no Write, and says so.
func TestWriteToRedirectedStdin(t *testing.T) {
	null, err := os.Open(os.DevNull)
	require.NoError(t, err)
	defer null.Close()
	h := start(t, Spec{Command: self(t, "tough"), Transport: ptyio.Pipes{Stdin: ptyio.Stdio{File: null}}})
	write := &actors.Write{Data: []byte("lost")}
	require.ErrorIs(t, h.do(write), ptyio.ErrRedirected)
	assert.ErrorIs(t, h.do(write), ptyio.ErrRedirected, "again")
	require.NoError(t, h.stop(-1))
}
