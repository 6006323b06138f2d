package tree

import (
	"context"
	"io"
	"os"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"
)

func TestOrdersOfAFork(t *testing.T) {
	said, err := orders(&Spec{Dir: "/d", Env: []string{"A=1", "B="}})
	require.NoError(t, err)
	assert.Equal(t, "\x00\x00\x00\x0a/d\x00A=1\x00B=\x00", string(said))
	own, err := os.Getwd()
	require.NoError(t, err)
	said, err = orders(&Spec{})
	require.NoError(t, err)
	assert.Equal(t, own+"\x00", string(said[4:]), "the owner's directory, not the zygote's")
}

func TestWhatAForkSaysToItsOrders(t *testing.T) {
	marked, err := understood([]byte("k\x01"))
	assert.True(t, marked)
	assert.NoError(t, err)
	marked, err = understood([]byte("k\x00"))
	assert.False(t, marked)
	assert.NoError(t, err)
	_, err = understood([]byte("d\x02\x00\x00\x00gone"))
	assert.Equal(t, syscall.ENOENT, err)
	for _, said := range []string{"o\x00\x00\x00\x00ValueError: bad", "", "k", "d"} {
		_, err = understood([]byte(said))
		var setup *SetupError
		assert.ErrorAs(t, err, &setup, "%q", said)
	}
}

// A zygote that does not live forks nothing, and is not waited for.
func TestZygoteThatIsGone(t *testing.T) {
	z, theirs, err := NewZygote(func() { t.Error("nothing is there to be killed") })
	require.NoError(t, err)
	theirs.Close()
	assert.ErrorIs(t, z.AwaitReady(context.Background()), ErrZygoteEnded)
	_, _, err = z.request(nil)
	assert.ErrorIs(t, err, ErrZygoteEnded)
	z.Ended()
	assert.ErrorIs(t, z.send(nil, time.Now().Add(time.Hour)), ErrZygoteEnded)
	assert.False(t, z.enter(new(Tree)))
}

// A zygote that hangs is killed, whatever is asked of it.
func TestZygoteThatHangs(t *testing.T) {
	kills := 0
	z, theirs, err := NewZygote(func() { kills++ })
	require.NoError(t, err)
	defer theirs.Close()
	defer z.Ended()
	z.Patience = time.Millisecond
	assert.ErrorIs(t, z.launch(&Tree{pidfd: -1}, &Spec{}), ErrZygoteEnded)
	assert.Equal(t, 1, kills)

	line, theirLine, err := socketPair(unix.SOCK_STREAM)
	require.NoError(t, err)
	defer line.Close()
	defer theirLine.Close()
	_, err = (&forked{zygote: z, line: line}).reap(End{})
	assert.ErrorIs(t, err, ErrZygoteEnded)
	assert.Equal(t, 2, kills)

	for err = nil; err == nil; { // until the socket takes no more
		err = z.send([]*os.File{theirs}, time.Now().Add(time.Millisecond))
	}
	assert.ErrorIs(t, err, ErrZygoteEnded)
	assert.Equal(t, 3, kills)
}

func TestWhoWaitsForAZygoteCanGiveUp(t *testing.T) {
	z, theirs, err := NewZygote(func() {})
	require.NoError(t, err)
	defer theirs.Close()
	defer z.Ended()
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	assert.ErrorIs(t, z.AwaitReady(ctx), context.Canceled)
	_, err = io.WriteString(theirs, "z")
	require.NoError(t, err)
	assert.NoError(t, z.AwaitReady(context.Background()), "it goes on")
}
