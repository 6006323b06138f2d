package ptyiotest

import (
	"bytes"
	"errors"
	"io"
	"os"
	"syscall"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"brood/ptyio"
)

// shortly is a deadline that comes soon, and a while for what should not happen.
const shortly = 50 * time.Millisecond

func assertEOF(t *trial, d did) {
	t.Helper()
	assert.Equal(t, did{0, io.EOF}, d, "the end of an output")
}

// assertClosedOrEOF is for what waits while the Conn is closed: the end of the
// killed child may come first.
func assertClosedOrEOF(t *trial, err error) {
	t.Helper()
	assert.True(t, errors.Is(err, os.ErrClosed) || err == io.EOF, "neither os.ErrClosed nor io.EOF: %v", err)
}

func closeStdinEnds(t *trial) {
	k := t.startReady("drain")
	k.write([]byte("five\n"))
	assert.NoError(t, k.CloseStdin())
	if t.Terminal {
		assert.Contains(t, k.untilLine("end after"), "end after 5")
		k.write([]byte("more\n"))
		assert.Contains(t, string(k.rest()), `then "more"`)
		assert.True(t, k.wait().Success())
		return
	}
	assert.NoError(t, k.CloseStdin(), "a second time")
	assert.Equal(t, "end after 5\nthen \"\"\n", string(k.rest()))
	assert.True(t, k.wait().Success())
	assert.NoError(t, k.CloseStdin(), "after the end")
	d := await(t, k.writing([]byte("late")))
	assert.Zero(t, d.n)
	assert.Error(t, d.err, "Write after CloseStdin")
}

// untilLine reads lines until one holds text; a terminal shows what is typed.
func (k *kid) untilLine(text string) string {
	k.t.Helper()
	for {
		if line := k.line(); bytes.Contains([]byte(line), []byte(text)) {
			return line
		}
	}
}

func stdinClosedByChild(t *trial) {
	k := t.startReady("closestdin")
	d := await(t, k.writing([]byte("x")))
	assert.ErrorIs(t, d.err, syscall.EPIPE)
	assert.Zero(t, d.n)
}

func stdoutClosedByChild(t *trial) {
	k := t.startReady("closestdout")
	assertEOF(t, k.read(10))
	waiting := k.waiting()
	_, over := waiting.within(shortly)
	assert.False(t, over, "Wait returned while the child runs")
}

func writeAfterEnd(t *trial) {
	k := t.start("exit", "0")
	k.wait()
	d := await(t, k.writing([]byte("x\n")))
	assert.ErrorIs(t, d.err, syscall.EPIPE)
	assert.Zero(t, d.n)
}

func endWakesWriter(t *trial) {
	k := t.startReady("block")
	writing := k.writing(make([]byte, 1<<20))
	_, over := writing.within(shortly)
	assert.False(t, over, "more than a stream holds was written while nobody reads")

	require.NoError(t, k.Kill())

	d := await(t, writing)
	assert.ErrorIs(t, d.err, syscall.EPIPE)
	assert.Less(t, d.n, 1<<20)
}

func closeEnds(t *trial) {
	k := t.startReady("endless")

	k.closeConn()

	exit := k.wait()
	assert.False(t, exit.Success(), "the child was killed")
	if !t.NoSignals {
		assert.Equal(t, syscall.SIGKILL, exit.Signal)
	}
	for range 2 {
		assert.ErrorIs(t, k.read(10).err, os.ErrClosed, "Read")
		assert.ErrorIs(t, await(t, k.writing([]byte("x"))).err, os.ErrClosed, "Write")
		if !t.NoStderr {
			d := await(t, async("Read", func() did {
				n, err := k.Stderr().Read(make([]byte, 10))
				return did{n, err}
			}))
			assert.ErrorIs(t, d.err, os.ErrClosed, "Read of stderr")
		}
		k.closeConn()
	}
	assert.Equal(t, exit, k.wait(), "Wait after Close")
}

func closeWakesReader(t *trial) {
	k := t.startReady("block")
	outputs := []ptyio.Output{k.Stdout()}
	if !t.NoStderr {
		outputs = append(outputs, k.Stderr())
	}
	var reading []pending[did]
	for _, out := range outputs {
		reading = append(reading, async("Read", func() did {
			n, err := out.Read(make([]byte, 10))
			return did{n, err}
		}))
	}
	_, over := reading[0].within(shortly)
	require.False(t, over, "Read returned without output")

	k.closeConn()

	for _, r := range reading {
		assertClosedOrEOF(t, await(t, r).err)
	}
}

func closeWakesWriter(t *trial) {
	k := t.startReady("block")
	writing := k.writing(make([]byte, 1<<20))
	_, over := writing.within(shortly)
	require.False(t, over, "more than a stream holds was written while nobody reads")

	k.closeConn()

	d := await(t, writing)
	// The end of the killed child may come first.
	assert.True(t, errors.Is(d.err, os.ErrClosed) || errors.Is(d.err, syscall.EPIPE),
		"neither os.ErrClosed nor EPIPE: %v", d.err)
}
