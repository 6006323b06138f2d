//go:build unix

package ptyio_test

import (
	"bytes"
	"io"
	"os"
	"runtime"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"brood/ptyio"
)

// receiveBytes is the most that one Receive delivers.
const receiveBytes = 64 << 10

// receiveAll receives to the end.
func receiveAll(output ptyio.Output, limit int) (all []byte, err error) {
	for err == nil {
		err = output.Receive(limit, func(p []byte) { all = append(all, p...) })
	}
	if err == io.EOF {
		err = nil
	}
	return all, err
}

func TestReceiveKeepsToItsLimit(t *testing.T) {
	onEach(t, func(t *testing.T, transport ptyio.Transport) {
		conn := start(t, transport, helper("flood", "300000"))
		output := conn.Stdout()
		var want, got []byte
		for _, limit := range []int{1, 2, 1000, 4096, receiveBytes, 1 << 30} {
			require.NoError(t, output.Receive(limit, func(p []byte) {
				assert.NotEmpty(t, p)
				assert.LessOrEqual(t, len(p), min(limit, receiveBytes))
				got = append(got, p...)
			}))
		}
		rest, err := receiveAll(output, 5000)
		require.NoError(t, err)
		got = append(got, rest...)

		want = pattern(300000)
		if bytes.Contains(got, []byte("\r\n")) {
			want = bytes.ReplaceAll(want, []byte("\n"), []byte("\r\n"))
		}
		assert.True(t, bytes.Equal(want, got), "the output differs")
		assert.Equal(t, io.EOF, output.Receive(10, func([]byte) { assert.Fail(t, "there is nothing") }))
		assert.True(t, wait(t, conn).Success())
	})
}

func TestReceiveOfNothing(t *testing.T) {
	conn := startReady(t, ptyio.Pipes{}, helper("block"))
	for _, limit := range []int{0, -1} {
		err := conn.Stdout().Receive(limit, func([]byte) { assert.Fail(t, "called") })
		assert.ErrorIs(t, err, syscall.EINVAL)
	}
}

func TestReceiveDeadlineAndClose(t *testing.T) {
	onEach(t, func(t *testing.T, transport ptyio.Transport) {
		conn := startReady(t, transport, helper("block"))
		none := func([]byte) { assert.Fail(t, "there is nothing") }
		require.NoError(t, conn.Stdout().SetReadDeadline(time.Now().Add(50*time.Millisecond)))
		err := conn.Stdout().Receive(10, none)
		assert.ErrorIs(t, err, os.ErrDeadlineExceeded)
		assert.Contains(t, err.Error(), "ptyio: read from ptyio.test: ")
		require.NoError(t, conn.Stdout().SetReadDeadline(time.Time{}))

		errs := make([]error, 3) // many may wait
		var group sync.WaitGroup
		for i := range errs {
			group.Go(func() { errs[i] = conn.Stdout().Receive(10, none) })
		}
		requireBlocked(t, "receiver).receive", 1)
		require.NoError(t, conn.Close())

		requireDone(t, async(group.Wait), limit, "Receive")
		for _, err := range errs {
			// The killed child may have ended the stream a moment earlier.
			assert.True(t, err == io.EOF || assert.ErrorIs(t, err, os.ErrClosed))
		}
		assert.ErrorIs(t, conn.Stdout().Receive(10, none), os.ErrClosed)
	})
}

// Many receive at a time: nothing comes twice, and nothing is lost.
func TestReceiveByMany(t *testing.T) {
	conn := start(t, ptyio.Pipes{}, helper("flood", "3000000"))
	var mu sync.Mutex
	var lines, total int
	var group sync.WaitGroup
	for range 8 {
		group.Go(func() {
			var err error
			for err == nil {
				err = conn.Stdout().Receive(10_000, func(p []byte) {
					mu.Lock()
					defer mu.Unlock()
					total += len(p)
					lines += bytes.Count(p, []byte("\n"))
				})
			}
			assert.Equal(t, io.EOF, err)
		})
	}
	group.Wait()
	assert.Equal(t, 3_000_000, total)
	assert.Equal(t, 200_000, lines)
}

func TestReceiveDoesNotAllocate(t *testing.T) {
	onEach(t, func(t *testing.T, transport ptyio.Transport) {
		conn := start(t, transport, helper("endless"))
		received := 0
		add := func(p []byte) { received += len(p) }
		allocations := testing.AllocsPerRun(200, func() {
			assert.NoError(t, conn.Stdout().Receive(receiveBytes, add))
		})
		assert.Zero(t, allocations)
		assert.Positive(t, received)
	})
}

func TestReceiveHoldsNoBufferWhileItWaits(t *testing.T) {
	const children = 100
	var group sync.WaitGroup
	defer group.Wait()
	heap := func() int64 {
		var stats runtime.MemStats
		for range 3 { // a pool gives its buffers up at the second
			runtime.GC()
		}
		runtime.ReadMemStats(&stats)
		return int64(stats.HeapAlloc)
	}
	conns := make([]ptyio.Conn, children)
	for i := range conns {
		conns[i] = startReady(t, ptyio.Pipes{}, helper("block"))
	}
	before := heap()
	for _, conn := range conns {
		group.Go(func() { conn.Stdout().Receive(receiveBytes, func([]byte) {}) })
	}
	requireBlocked(t, "receiver).receive", children)

	assert.Less(t, heap()-before, int64(children*receiveBytes/8))

	for _, conn := range conns {
		conn.Close()
	}
}
