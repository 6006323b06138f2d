//go:build unix

package worker

import (
	"context"
	"os"
	"path/filepath"
	"strconv"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"

	"brood/actors/protocol"
)

// markFile makes a file of this size and the descriptor that a worker inherits.
func markFile(tb testing.TB, size int64) (f *os.File, fd int) {
	tb.Helper()
	f, err := os.Create(filepath.Join(tb.TempDir(), "mark"))
	require.NoError(tb, err)
	tb.Cleanup(func() { f.Close() })
	require.NoError(tb, f.Truncate(size))
	fd, err = unix.Dup(int(f.Fd()))
	require.NoError(tb, err)
	return f, fd
}

func marked(tb testing.TB, f *os.File) protocol.Mark {
	tb.Helper()
	b, err := os.ReadFile(f.Name())
	require.NoError(tb, err)
	return protocol.ParseMark(b)
}

func TestServeMarksWhatItBegins(t *testing.T) {
	f, fd := markFile(t, protocol.MarkBytes)
	p := link(t)
	t.Setenv(protocol.EnvWire, os.Getenv(protocol.EnvWire)+":"+strconv.Itoa(fd))
	inHandler := make(chan protocol.Mark, 2) // one for each task
	g := newGate()
	go func() {
		defer close(p.served)
		p.served <- Serve(func(ctx context.Context, payload []byte) ([]byte, error) {
			inHandler <- marked(t, f)
			return g.handle(ctx, payload)
		})
	}()
	p.hello()
	assert.Equal(t, protocol.MarkNone, marked(t, f))
	_, err := unix.FcntlInt(uintptr(fd), unix.F_GETFD, 0)
	assert.ErrorIs(t, err, unix.EBADF, "only the mapping is kept")
	p.send(task(5, "a"), task(6, "b"), task(7, "c"))
	p.begins(g, "a")
	assert.Equal(t, protocol.MarkOf(5), receive(t, inHandler), "it marks before the handler is called")
	p.send(revoke(6))
	assert.Equal(t, revoked(6), p.next())
	assert.Equal(t, protocol.MarkOf(5), marked(t, f))
	g.open <- struct{}{}
	p.begins(g, "c")
	assert.Equal(t, protocol.MarkOf(7), receive(t, inHandler))
	g.open <- struct{}{}
	p.send(shutdown())
	require.NoError(t, p.end())
	assert.Equal(t, protocol.MarkOf(7), marked(t, f), "it outlives the worker")
}

// Without a usable file the worker works all the same.
func TestMarkThatCannotBeMapped(t *testing.T) {
	f, short := markFile(t, protocol.MarkBytes-1)
	_, closed := markFile(t, protocol.MarkBytes)
	require.NoError(t, unix.Close(closed))
	for name, fd := range map[string]int{"none": 0, "too short": short, "closed": closed} {
		t.Run(name, func(t *testing.T) {
			m := openMark(fd)
			m.begin(3)
			m.close()
			assert.Equal(t, mark{}, m)
		})
	}
	assert.Equal(t, protocol.Mark(0), marked(t, f))
}

// BenchmarkMark is what a task costs more in a worker that marks.
func BenchmarkMark(b *testing.B) {
	_, fd := markFile(b, protocol.MarkBytes)
	m := openMark(fd)
	defer m.close()
	b.ReportAllocs()
	for id := uint64(0); b.Loop(); id++ {
		m.begin(id)
	}
}
