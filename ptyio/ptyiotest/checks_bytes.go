package ptyiotest

import (
	"bytes"
	"fmt"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const (
	// muchBytes is several times what any stream holds.
	muchBytes = 300_000
	// fewBytes is what any stream holds, also a terminal.
	fewBytes = 3000
)

// pattern returns n bytes of all values that show where some are missing.
func pattern(n int) []byte {
	data := make([]byte, n)
	for i := range data {
		data[i] = byte(i ^ i>>8 ^ i>>16)
	}
	return data
}

// bytesBothWays sends more than both streams hold together while it reads.
func bytesBothWays(t *trial) {
	sent := pattern(muchBytes)
	k := t.startReady("cat", strconv.Itoa(len(sent)))
	writing := k.writing(sent)

	got := k.rest()

	assert.Equal(t, did{len(sent), nil}, await(t, writing), "Write")
	requireSame(t, sent, got)
	assert.True(t, k.wait().Success())
}

// requireSame tells where two long texts differ, and does not print them.
func requireSame(t *trial, want, got []byte) {
	t.Helper()
	if bytes.Equal(want, got) {
		return
	}
	at := 0
	for at < len(want) && at < len(got) && want[at] == got[at] {
		at++
	}
	t.Errorf("%d bytes instead of %d, which differ at %d: %q instead of %q", len(got), len(want), at,
		got[at:min(at+40, len(got))], want[at:min(at+40, len(want))])
	t.FailNow()
}

func writesNotMixed(t *trial) {
	const writers, each = 4, 100_000
	k := t.startReady("cat", strconv.Itoa(writers*each))
	var writing []pending[did]
	for i := range writers {
		writing = append(writing, k.writing(bytes.Repeat([]byte{'a' + byte(i)}, each)))
	}

	got := k.rest()

	for _, w := range writing {
		assert.Equal(t, did{each, nil}, await(t, w), "Write")
	}
	require.Len(t, got, writers*each)
	for len(got) > 0 {
		block := got[:each]
		assert.Equal(t, each, bytes.Count(block, block[:1]), "the length of a write of %q", block[0])
		got = got[each:]
	}
}

func sidesApart(t *trial) {
	const lines = 1000
	k := t.start("sides", strconv.Itoa(lines))
	require.NotNil(t, k.Stderr())
	stdout, stderr := readAll(k.Stdout()), readAll(k.Stderr())
	var wantOut, wantErr strings.Builder
	for i := range lines {
		fmt.Fprintln(&wantOut, "out", i)
		fmt.Fprintln(&wantErr, "err", i)
	}
	requireSame(t, []byte(wantOut.String()), await(t, stdout))
	gotErr := await(t, stderr)
	if t.Terminal { // which is raw only where the child's stdin is
		gotErr = bytes.ReplaceAll(gotErr, []byte("\r\n"), []byte("\n"))
	}
	requireSame(t, []byte(wantErr.String()), gotErr)
}

func stderrOrNil(t *trial) {
	assert.Equal(t, t.NoStderr, t.startReady("block").Stderr() == nil, "Stderr is nil")
}

// outputBeforeEnd has children that exit at once with most of their output not
// yet read.
func outputBeforeEnd(t *trial) {
	for range 5 {
		k := t.start("flood", strconv.Itoa(muchBytes))
		requireSame(t, pattern(muchBytes), k.rest())
		for range 2 {
			assertEOF(t, k.read(10))
		}
		assert.True(t, k.wait().Success())
		assertEOF(t, k.read(10))
	}
}

func outputAfterWait(t *trial) {
	for range 5 {
		k := t.start("flood", strconv.Itoa(fewBytes))
		require.True(t, k.wait().Success())
		requireSame(t, pattern(fewBytes), k.rest())
	}
}

// receiving is what a Receive did: how often it called its function.
type receiving struct {
	data  []byte
	calls int
	err   error
}

func (k *kid) receive(limit int) pending[receiving] {
	return async("Receive", func() (r receiving) {
		r.err = k.Stdout().Receive(limit, func(data []byte) {
			r.calls++
			r.data = bytes.Clone(data)
		})
		return r
	})
}

func receiveLimit(t *trial) {
	k := t.start("flood", strconv.Itoa(fewBytes))
	var got []byte
	for limit := 1; ; limit = limit%700 + 101 {
		r := await(t, k.receive(limit))
		if r.err != nil {
			assertEOF(t, did{len(r.data), r.err})
			assert.Zero(t, r.calls, "calls with an error")
			break
		}
		require.Equal(t, 1, r.calls, "calls of one Receive")
		require.NotEmpty(t, r.data)
		require.LessOrEqual(t, len(r.data), limit)
		got = append(got, r.data...)
	}
	requireSame(t, pattern(fewBytes), got)
}

func receiveError(t *trial) {
	k := t.startReady("block")
	if !t.NoDeadlines {
		require.NoError(t, k.Stdout().SetReadDeadline(time.Now().Add(shortly)))
		r := await(t, k.receive(100))
		assert.ErrorIs(t, r.err, os.ErrDeadlineExceeded)
		assert.Zero(t, r.calls)
		require.NoError(t, k.Stdout().SetReadDeadline(time.Time{}))
	}
	waiting := k.receive(100)
	k.closeConn()
	r := await(t, waiting)
	assertClosedOrEOF(t, r.err)
	assert.Zero(t, r.calls)
	k.wait()
	r = await(t, k.receive(100))
	assert.ErrorIs(t, r.err, os.ErrClosed)
	assert.Zero(t, r.calls)
}
