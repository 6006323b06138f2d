//go:build unix

package worker

import (
	"context"
	"io"
	"os"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"

	"brood/actors/protocol"
)

// computing is a handler that waits for nothing: it says that it has begun, and
// computes until its context ends.
func computing(begun chan<- struct{}) Handler {
	return func(ctx context.Context, _ []byte) ([]byte, error) {
		begun <- struct{}{}
		for ctx.Err() == nil {
		}
		return nil, ctx.Err()
	}
}

// The thread that waits for the bell needs nobody's leave to run.
func TestCancelReachesAHandlerThatComputes(t *testing.T) {
	begun := make(chan struct{})
	p := serve(t, computing(begun))
	p.hello()
	for id := range uint64(20) {
		p.send(task(id, ""))
		receive(t, begun)
		p.send(cancel(id))
		assert.Equal(t, failure(id, context.Canceled.Error()), p.next())
	}
}

// Also where the handler has the only processor, and no system call but those of the
// wire tells Go's scheduler that there is anything to look after.
func TestCancelReachesAHandlerThatHasTheOnlyProcessor(t *testing.T) {
	t.Setenv("GOMAXPROCS", "1")
	p, wait := run(t, "computing")
	p.hello()
	for id := uint64(0); id < 40; id += 2 {
		p.send(task(id, "quick"))
		require.Equal(t, result(id, "quick"), p.next())
		p.send(task(id+1, "compute"))
		require.Eventually(t, func() bool { return marked(t, p.mark) == protocol.MarkOf(id+1) }, patience, 100*time.Microsecond)
		p.send(cancel(id + 1))
		require.Equal(t, failure(id+1, context.Canceled.Error()), p.next())
	}
	p.send(shutdown())
	code, stderr := wait()
	assert.Zero(t, code)
	assert.Empty(t, stderr)
}

// Nobody reads the wire while a handler runs, unless the bell is rung.
func TestWithoutARingNothingIsRead(t *testing.T) {
	g := newGate()
	p := serve(t, g.handle)
	p.hello()
	p.send(task(1, "a"))
	p.begins(g, "a")
	bell := p.w.bell
	p.w.bell = nil
	p.send(cancel(1), protocol.Message{Kind: protocol.Ping, ID: 5})
	g.open <- struct{}{} // its context has not ended: it would not have waited for this
	assert.Equal(t, result(1, "a"), p.next())
	assert.Equal(t, pong(5), p.next())
	p.w.bell = bell
}

// A ring that comes before its frame waits for it; one that comes late is for nothing.
func TestBellAndFrameInAnyOrder(t *testing.T) {
	g := newGate()
	p := serve(t, g.handle)
	p.hello()
	bell := p.w.bell
	p.w.bell = nil
	p.send(task(1, "a"))
	p.begins(g, "a")
	bell.ring()
	p.send(protocol.Message{Kind: protocol.Ping, ID: 1})
	assert.Equal(t, pong(1), p.next())
	g.open <- struct{}{}
	assert.Equal(t, result(1, "a"), p.next())

	p.send(protocol.Message{Kind: protocol.Ping, ID: 2})
	assert.Equal(t, pong(2), p.next())
	bell.ring()
	p.send(task(2, "b"))
	p.begins(g, "b")
	p.send(cancel(2)) // not for this one
	g.open <- struct{}{}
	assert.Equal(t, result(2, "b"), p.next())
	p.w.bell = bell
}

// A pool that is gone is noticed while the handler runs, though it rings no more.
func TestBellThatEnds(t *testing.T) {
	begun := make(chan struct{})
	p := serve(t, computing(begun))
	p.hello()
	p.send(task(1, ""))
	receive(t, begun)
	p.w.Close()
	assert.Equal(t, ErrPoolGone, p.end())
}

// Without a bell somebody reads all the time.
func TestServerWithoutABell(t *testing.T) {
	begun := make(chan struct{})
	p := serveBy(t, nil, func(in io.ReadCloser, out io.Writer) *server {
		return newServer(computing(begun), "", in, out, protocol.Link{Incarnation: self})
	})
	p.hello()
	p.send(task(1, ""), task(2, ""))
	receive(t, begun)
	p.ping(1)
	p.send(revoke(2), cancel(1))
	assert.Equal(t, revoked(2), p.next())
	assert.Equal(t, failure(1, context.Canceled.Error()), p.next())
	p.send(shutdown())
	assert.NoError(t, p.end())
}

// What Serve is given as a bell it uses, keeps from its children and closes; what is
// no socket it does without.
func TestServeOpensItsBell(t *testing.T) {
	for name, open := range map[string]func() (theirs int, ours *os.File){
		"socket": func() (int, *os.File) {
			ends, err := unix.Socketpair(unix.AF_UNIX, unix.SOCK_STREAM, 0)
			require.NoError(t, err)
			return ends[0], os.NewFile(uintptr(ends[1]), "ours")
		},
		"pipe": func() (int, *os.File) {
			r, w, err := os.Pipe()
			require.NoError(t, err)
			return inherit(t, r), w
		},
	} {
		t.Run(name, func(t *testing.T) {
			p := link(t)
			fd, ours := open()
			defer ours.Close()
			t.Setenv(protocol.EnvWire, os.Getenv(protocol.EnvWire)+":0:"+strconv.Itoa(fd))
			hidden := make(chan bool, 1)
			go func() {
				defer close(p.served)
				p.served <- Serve(func(ctx context.Context, _ []byte) ([]byte, error) {
					hidden <- descriptorFlags(t, fd)&unix.FD_CLOEXEC != 0
					<-ctx.Done()
					return nil, ctx.Err()
				})
			}()
			p.hello()
			p.send(task(1, ""))
			assert.True(t, receive(t, hidden))
			p.send(cancel(1))
			_, err := ours.Write([]byte{0})
			require.NoError(t, err)
			assert.Equal(t, failure(1, context.Canceled.Error()), p.next())
			p.send(shutdown())
			assert.NoError(t, p.end())
			if name == "socket" {
				_, err = unix.FcntlInt(uintptr(fd), unix.F_GETFD, 0)
				assert.ErrorIs(t, err, unix.EBADF)
			} else {
				require.NoError(t, unix.Close(fd))
			}
		})
	}
}

// pace reads the second word of a mark file.
func pace(tb testing.TB, f *os.File) time.Duration {
	tb.Helper()
	b, err := os.ReadFile(f.Name())
	require.NoError(tb, err)
	return time.Duration(protocol.ParsePace(b))
}

// What a worker says of how long it works on a task is there before the answer, and is
// taken back when a task takes long.
func TestServeTellsItsPace(t *testing.T) {
	f, fd := markFile(t, protocol.MarkBytes)
	p := link(t)
	t.Setenv(protocol.EnvWire, os.Getenv(protocol.EnvWire)+":"+strconv.Itoa(fd))
	g := newGate()
	go func() {
		defer close(p.served)
		p.served <- Serve(g.handle)
	}()
	p.hello()
	assert.Zero(t, pace(t, f), "it has worked on none")
	const took = 20 * time.Millisecond
	p.send(task(1, "a"), task(2, "b"))
	p.begins(g, "a")
	began := time.Now()
	for time.Since(began) < took {
	}
	g.open <- struct{}{}
	p.begins(g, "b")
	g.open <- struct{}{}
	assert.Equal(t, result(1, "a"), p.next())
	assert.Equal(t, result(2, "b"), p.next())
	told := pace(t, f)
	assert.GreaterOrEqual(t, told, took/2)

	p.send(task(3, "c"), task(4, "d"))
	p.begins(g, "c")
	require.Eventually(t, func() bool { return pace(t, f) == 0 }, patience, time.Millisecond)
	g.open <- struct{}{}
	p.begins(g, "d")
	g.open <- struct{}{}
	p.send(shutdown())
	require.NoError(t, p.end())
	assert.NotZero(t, pace(t, f), "it outlives the worker")
}
