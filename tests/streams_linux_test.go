package tests

import (
	"context"
	"encoding/binary"
	"io"
	"os"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"brood/actors"
	"brood/runtime"
	"brood/runtime/worker"
)

// stream is the handler of the tests of streams: the payload says what to do.
func stream(_ context.Context, s *worker.Stream) ([]byte, error) {
	verb, rest, _ := strings.Cut(string(s.Payload()), " ")
	switch verb {
	case "echo":
		n, err := io.Copy(s, s)
		return binary.BigEndian.AppendUint64(nil, uint64(n)), err
	case "count": // sends pieces for ever, and says after each how many
		for n := uint64(1); ; n++ {
			if err := s.Send(make([]byte, pieceBytes)); err != nil {
				return nil, err
			}
			if err := s.Progress(binary.BigEndian.AppendUint64(nil, n)); err != nil {
				return nil, err
			}
		}
	case "hold": // takes nothing until the gate opens
		waitForGate(rest)
		n, err := io.Copy(io.Discard, s)
		return binary.BigEndian.AppendUint64(nil, uint64(n)), err
	case "die":
		_ = s.Send([]byte("last words"))
		os.Exit(7)
	case "ignore":
		return []byte("had enough"), nil
	}
	_ = s.Send([]byte("sent "))
	return s.Payload(), nil
}

const (
	// pieceBytes and its overhead fit a stream's window almost four times.
	pieceBytes = 64 << 10
	// window is how many such pieces may be on their way before somebody takes
	// one: three leave some credit, with which a fourth is sent.
	window = 4
)

// TestStreams has the tests that can do with one worker, after each of which it
// is ready for the next.
func TestStreams(t *testing.T) {
	rt := newRuntime(t, runtime.Options{})
	pool := startPool(t, rt, runtime.PoolSpec{Command: command(t, "streamer"), Size: 1, Prefetch: 2, Grace: 300 * time.Millisecond})
	for _, test := range []struct {
		name string
		run  func(*testing.T, *runtime.Pool)
	}{
		{"a slow receiver holds up the worker", slowReceiver},
		{"a slow worker holds up the submitter", slowWorker},
		{"memory is flat", flatMemory},
		{"the worker dies", workerDies},
		{"it is given up", givenUp},
		{"it is given up while it waits", givenUpInTheQueue},
		{"it had not begun when the worker died", notBegun},
		{"a plain task is answered", plainTask},
		{"its input is not wanted", inputNotWanted},
		{"many come and go", manyStreams},
		{"the pool stops", poolStops}, // the last
	} {
		t.Run(test.name, func(t *testing.T) { test.run(t, pool) })
	}
	t.Run("the worker takes no streams", func(t *testing.T) {
		plain := startPool(t, rt, runtime.PoolSpec{Command: command(t, "worker"), Size: 1})
		err := openStream(t, plain, "a").Send([]byte("b"))
		assert.ErrorIs(t, err, actors.ErrTaskFailed)
		assert.ErrorContains(t, err, "takes no streamed tasks")
	})
}

func openStream(t *testing.T, pool *runtime.Pool, payload string) *runtime.Stream {
	t.Helper()
	s, err := pool.Stream(within(t, limit), actors.Task{Payload: []byte(payload)})
	require.NoError(t, err)
	t.Cleanup(s.Close)
	return s
}

// onePID is that of the only worker, to see that it was kept.
func onePID(t *testing.T, pool *runtime.Pool) int { return allReady(t, pool, 1)[0] }

func slowReceiver(t *testing.T, pool *runtime.Pool) {
	s := openStream(t, pool, "count")
	sent := func() uint64 { return binary.BigEndian.Uint64(receive(t, s.Progress())) }
	for n, received := uint64(0), uint64(0); received < 40; received++ {
		// It gets as far as it may, and no further; credit comes for two at a time.
		for n < received+window-1 {
			n = sent()
			require.LessOrEqual(t, n, received+window)
		}
		piece, err := s.Recv()
		require.NoError(t, err)
		require.Len(t, piece, pieceBytes)
	}
}

func slowWorker(t *testing.T, pool *runtime.Pool) {
	g := newGate(t)
	s := openStream(t, pool, "hold "+g.path)
	var sent atomic.Int64
	done := make(chan error, 1)
	const pieces = 100
	go func() {
		for range pieces {
			if err := s.Send(make([]byte, pieceBytes)); err != nil {
				done <- err
				return
			}
			sent.Add(1)
		}
		s.CloseSend()
		done <- nil
	}()
	g.reached(t)
	require.Eventually(t, func() bool { return sent.Load() == window }, limit, soon)

	// The wire goes on meanwhile: another task gets to the worker and is cancelled
	// there.
	ctx, cancel := context.WithCancel(within(t, limit))
	behind := submit(ctx, pool, actors.Task{Payload: []byte("behind")})
	require.Eventually(t, func() bool { return pool.Stats().Held == 2 }, limit, soon)
	cancel()
	require.ErrorIs(t, receive(t, behind).err, context.Canceled)
	require.Eventually(t, func() bool { return pool.Stats().Held == 1 }, limit, soon)
	assert.EqualValues(t, window, sent.Load())

	g.open()
	require.NoError(t, receive(t, done))
	result, err := s.Result()
	require.NoError(t, err)
	assert.EqualValues(t, pieces*pieceBytes, binary.BigEndian.Uint64(result.Payload))
}

// 200 MB go to a worker and come back to somebody who is slower than both, and
// nothing piles up.
func flatMemory(t *testing.T, pool *runtime.Pool) {
	total := fewer(200 << 20)
	s := openStream(t, pool, "echo")
	block := make([]byte, 1<<20)
	for i := range block {
		block[i] = byte(i * 7)
	}
	sent := make(chan error, 1)
	go func() {
		for n := 0; n < total; n += len(block) {
			if _, err := s.Write(block); err != nil {
				sent <- err
				return
			}
		}
		s.CloseSend()
		sent <- nil
	}()
	before, peak, received := heap(), uint64(0), 0
	for piece, err := range s.Pieces() {
		require.NoError(t, err)
		at := received % len(block)
		require.Equal(t, block[at:at+len(piece)], piece)
		if received%(total/20) < len(piece) { // collecting the garbage takes its time, too
			peak = max(peak, heap())
		}
		received += len(piece)
	}
	require.NoError(t, receive(t, sent))
	result, err := s.Result()
	require.NoError(t, err)
	assert.Equal(t, total, received)
	assert.EqualValues(t, total, binary.BigEndian.Uint64(result.Payload))
	assert.Less(t, peak, before+(8<<20))
}
