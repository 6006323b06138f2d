//go:build unix

package process

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"brood/actors/protocol"
)

// The bell is rung once for each frame that concerns a busy child, and for no other.
func TestBellIsRungOncePerFrame(t *testing.T) {
	theirs, ours, err := newBell()
	require.NoError(t, err)
	defer theirs.Close()
	defer ours.Close()
	c := &child{run: &run{wire: &wire{bell: ours}}}
	c.run.wire.encoder, _ = protocol.Wire{}.Open()
	for _, kind := range []protocol.Kind{protocol.Task, protocol.Cancel, protocol.Piece, protocol.Revoke, protocol.Ping, protocol.Credit, protocol.Shutdown} {
		require.NoError(t, c.send(protocol.Message{Kind: kind, ID: 1}))
	}
	c.run.wire.ring()
	c.run.wire.ring()
	heard := make([]byte, 64)
	n, err := theirs.Read(heard)
	assert.NoError(t, err)
	assert.Equal(t, 3, n)
}

// A child that does not listen costs nothing that waits, and what it has not heard
// comes later.
func TestBellOfAChildThatDoesNotListen(t *testing.T) {
	theirs, ours, err := newBell()
	require.NoError(t, err)
	defer ours.Close()
	const many = 1 << 22
	w := &wire{bell: ours, toRing: many}
	w.ring()
	assert.Positive(t, w.toRing)
	assert.False(t, w.deaf)
	assert.Zero(t, testing.AllocsPerRun(100, w.ring), "nothing is new")
	heard, space := 0, make([]byte, 1<<20)
	for n := 0; heard < many; heard += n {
		n, err = theirs.Read(space)
		require.NoError(t, err)
		w.ring()
		if w.unheard > 0 {
			w.toRing++
			w.ring()
		}
	}
	assert.Zero(t, w.toRing)

	require.NoError(t, theirs.Close())
	w.toRing = 1
	w.ring()
	assert.True(t, w.deaf)
	w.ring()
}
