//go:build unix

package nonblock

import (
	"bytes"
	"io"
	"os"
	"syscall"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"brood/tests/leak"
)

func TestMain(m *testing.M) { os.Exit(leak.Run(m)) }

// pipe returns both ends of a pipe; those that it closes itself are closed again.
func pipe(tb testing.TB) (r, w *os.File) {
	tb.Helper()
	r, w, err := os.Pipe()
	require.NoError(tb, err)
	tb.Cleanup(func() { r.Close(); w.Close() })
	return r, w
}

func TestTryReadNeverWaits(t *testing.T) {
	r, w := pipe(t)
	in, space := Of(r), make([]byte, 8)
	n, err := in.TryRead(space)
	assert.Zero(t, n)
	assert.NoError(t, err, "there is nothing yet")
	_, err = w.Write([]byte("12345678and"))
	require.NoError(t, err)
	n, err = in.TryRead(space)
	assert.NoError(t, err)
	assert.Equal(t, "12345678", string(space[:n]))
	n, err = in.Read(space)
	assert.NoError(t, err)
	assert.Equal(t, "and", string(space[:n]))
	require.NoError(t, w.Close())
	_, err = in.TryRead(space)
	assert.Equal(t, io.EOF, err)
	_, err = in.Read(space)
	assert.Equal(t, io.EOF, err)
}

func TestReadWaits(t *testing.T) {
	r, w := pipe(t)
	read := make(chan string, 1)
	go func() {
		space := make([]byte, 8)
		n, _ := Of(r).Read(space)
		read <- string(space[:n])
	}()
	_, err := w.Write([]byte("late"))
	require.NoError(t, err)
	assert.Equal(t, "late", <-read)
}

func TestTryWriteNeverWaits(t *testing.T) {
	r, w := pipe(t)
	out := Of(w)
	const much = 1 << 20 // more than a pipe holds
	n, err := out.TryWrite(make([]byte, much))
	assert.NoError(t, err)
	assert.Positive(t, n)
	assert.Less(t, n, much)
	n, err = out.TryWrite([]byte("x"))
	assert.NoError(t, err)
	assert.Zero(t, n, "it is full")
	require.NoError(t, r.Close())
	_, err = out.TryWrite([]byte("x"))
	assert.ErrorIs(t, err, syscall.EPIPE)
	_, err = out.Write([]byte("x"))
	assert.ErrorIs(t, err, syscall.EPIPE)
}

func TestWriteWritesAll(t *testing.T) {
	r, w := pipe(t)
	sent := bytes.Repeat([]byte("0123456789abcdef"), 1<<16)
	written := make(chan error, 1)
	go func() {
		n, err := Of(w).Write(sent)
		assert.Equal(t, len(sent), n)
		w.Close()
		written <- err
	}()
	got, err := io.ReadAll(Of(r))
	assert.NoError(t, err)
	assert.NoError(t, <-written)
	assert.True(t, bytes.Equal(sent, got))
}

// Who waits hears of it, as does who comes later.
func TestClosedFile(t *testing.T) {
	r, _ := pipe(t)
	in := Of(r)
	waited := make(chan error, 1)
	go func() {
		_, err := in.Read(make([]byte, 1))
		waited <- err
	}()
	require.NoError(t, r.Close())
	assert.Error(t, <-waited)
	_, err := in.TryRead(make([]byte, 1))
	assert.Error(t, err)
	assert.NotEqual(t, io.EOF, err)
	_, err = Of(r).Read(make([]byte, 1))
	assert.Error(t, err)
	_, err = Of(r).Write([]byte("x"))
	assert.Error(t, err)
}

func TestEmptyBuffers(t *testing.T) {
	r, w := pipe(t)
	for _, call := range []func([]byte) (int, error){Of(r).TryRead, Of(r).Read, Of(w).TryWrite, Of(w).Write} {
		n, err := call(nil)
		assert.Zero(t, n)
		assert.NoError(t, err)
	}
}

func TestNothingIsAllocated(t *testing.T) {
	r, w := pipe(t)
	in, out, b := Of(r), Of(w), make([]byte, 8)
	assert.Zero(t, testing.AllocsPerRun(100, func() {
		_, _ = out.TryWrite(b)
		_, _ = in.TryRead(b)
		_, _ = in.TryRead(b)
		_, _ = out.Write(b)
		_, _ = in.Read(b)
	}))
}

// BenchmarkPipe is a write and a read that need not wait, and with os.File.
func BenchmarkPipe(b *testing.B) {
	r, w, err := os.Pipe()
	require.NoError(b, err)
	defer r.Close()
	defer w.Close()
	for _, c := range []struct {
		name string
		r    io.Reader
		w    io.Writer
	}{{"nonblock", Of(r), Of(w)}, {"os", r, w}} {
		b.Run(c.name, func(b *testing.B) {
			buf := make([]byte, 128)
			b.ReportAllocs()
			for b.Loop() {
				_, _ = c.w.Write(buf)
				_, _ = c.r.Read(buf)
			}
		})
	}
}
