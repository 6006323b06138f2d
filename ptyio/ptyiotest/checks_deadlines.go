package ptyiotest

import (
	"bytes"
	"fmt"
	"os"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func readDeadline(t *trial) {
	k := t.startReady("cat", "5")
	at := time.Now().Add(shortly)
	require.NoError(t, k.Stdout().SetReadDeadline(at))
	d := k.read(10)
	assert.ErrorIs(t, d.err, os.ErrDeadlineExceeded)
	assert.Zero(t, d.n)
	assert.False(t, time.Now().Before(at), "it ended before its deadline")

	assert.ErrorIs(t, k.read(10).err, os.ErrDeadlineExceeded, "a deadline stays")
	require.NoError(t, k.Stdout().SetReadDeadline(time.Now().Add(-time.Second)))
	assert.ErrorIs(t, k.read(10).err, os.ErrDeadlineExceeded, "one that is over already")

	require.NoError(t, k.Stdout().SetReadDeadline(time.Time{}))
	k.write([]byte("again"))
	assert.Equal(t, "again", string(k.rest()), "after the deadline was taken away")
}

func readDeadlineWakes(t *trial) {
	k := t.startReady("cat", "5")
	reading := k.reading(10)
	_, over := reading.within(shortly)
	require.False(t, over, "Read returned without output and deadline")

	require.NoError(t, k.Stdout().SetReadDeadline(time.Now()))

	assert.ErrorIs(t, await(t, reading).err, os.ErrDeadlineExceeded)
	require.NoError(t, k.Stdout().SetReadDeadline(time.Time{}))
	k.write([]byte("again"))
	assert.Equal(t, "again", string(k.rest()))
}

// writeDeadline checks the count of a write that ended early against what the
// child finds when it reads at last.
func writeDeadline(t *trial) {
	k := t.startReady("late")
	var d did
	for tries := 0; d.n == 0 && tries < 10; tries++ { // the deadline may come before the Write does
		at := time.Now().Add(shortly << tries)
		require.NoError(t, k.SetWriteDeadline(at))
		d = await(t, k.writing(make([]byte, 1<<20)))
		require.ErrorIs(t, d.err, os.ErrDeadlineExceeded)
		assert.False(t, time.Now().Before(at), "it ended before its deadline")
	}
	assert.Positive(t, d.n)
	assert.Less(t, d.n, 1<<20)
	again := await(t, k.writing([]byte("x")))
	assert.ErrorIs(t, again.err, os.ErrDeadlineExceeded, "a deadline stays")

	require.NoError(t, k.SetWriteDeadline(time.Time{}))
	k.tellsCount(d.n + again.n)
}

// tellsCount lets a child that plays "late" read, and compares.
func (k *kid) tellsCount(n int) {
	k.t.Helper()
	last := k.writing([]byte{255})
	got := k.rest()
	require.Equal(k.t, did{1, nil}, await(k.t, last), "Write")
	requireSame(k.t, append(bytes.Repeat([]byte("x"), lateBytes), fmt.Sprintf("got %d\n", n)...), got)
}

func writeDeadlineWakes(t *trial) {
	k := t.startReady("late")
	writing := k.writing(make([]byte, 1<<20))
	_, over := writing.within(shortly)
	require.False(t, over, "more than a stream holds was written while nobody reads")

	require.NoError(t, k.SetWriteDeadline(time.Now()))

	d := await(t, writing)
	assert.ErrorIs(t, d.err, os.ErrDeadlineExceeded)
	require.NoError(t, k.SetWriteDeadline(time.Time{}))
	k.tellsCount(d.n)
}
