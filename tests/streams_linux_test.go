package tests

import (
	"context"
	"encoding/binary"
	"errors"
	"io"
	"os"
	"strings"
	"sync/atomic"
	"syscall"
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

func startStreamer(t *testing.T, spec runtime.PoolSpec) *runtime.Pool {
	t.Helper()
	spec.Command, spec.Size = command(t, "streamer"), 1
	return startPool(t, newRuntime(t, runtime.Options{}), spec)
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

func TestStreamWorkerIsHeldUpByASlowReceiver(t *testing.T) {
	s := openStream(t, startStreamer(t, runtime.PoolSpec{}), "count")
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

func TestStreamSubmitterIsHeldUpByASlowWorker(t *testing.T) {
	pool := startStreamer(t, runtime.PoolSpec{Prefetch: 2})
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
func TestStreamMemoryIsFlat(t *testing.T) {
	total := fewer(200 << 20)
	s := openStream(t, startStreamer(t, runtime.PoolSpec{}), "echo")
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

func TestStreamWhoseWorkerDies(t *testing.T) {
	pool := startStreamer(t, runtime.PoolSpec{})
	s := openStream(t, pool, "die")
	piece, err := s.Recv()
	require.NoError(t, err, "what came before is given first")
	assert.Equal(t, "last words", string(piece))
	var exited *actors.WorkerExitedError
	_, err = s.Recv()
	require.ErrorAs(t, err, &exited)
	assert.True(t, exited.MayHaveRun)
	assert.Equal(t, 7, exited.Exit.Code)
	assert.ErrorIs(t, s.Send(nil), actors.ErrWorkerExited)
	_, err = s.Result()
	assert.ErrorIs(t, err, actors.ErrWorkerExited)
	s.Close()
	_, err = s.Recv()
	assert.ErrorIs(t, err, actors.ErrStreamOver)
}

// However a stream is given up, its worker is told and kept.
func TestStreamGivenUp(t *testing.T) {
	pool := startStreamer(t, runtime.PoolSpec{})
	pid := onePID(t, pool)
	cause := errors.New("changed my mind")
	for name, test := range map[string]struct {
		payload string
		task    actors.Task
		end     func(*runtime.Stream, context.CancelCauseFunc)
		want    error
	}{
		"its context ends, the worker waits for input": {"echo", actors.Task{},
			func(_ *runtime.Stream, cancel context.CancelCauseFunc) { cancel(cause) }, cause},
		"its context ends, the worker waits for room": {"count", actors.Task{},
			func(_ *runtime.Stream, cancel context.CancelCauseFunc) { cancel(cause) }, cause},
		"it takes too long": {"count", actors.Task{Timeout: 50 * time.Millisecond},
			func(*runtime.Stream, context.CancelCauseFunc) {}, actors.ErrTaskTimeout},
		"it is closed": {"count", actors.Task{},
			func(s *runtime.Stream, _ context.CancelCauseFunc) { s.Close() }, actors.ErrStreamOver},
		"its loop is left": {"count", actors.Task{}, func(s *runtime.Stream, _ context.CancelCauseFunc) {
			for range s.Pieces() {
				return
			}
		}, actors.ErrStreamOver},
	} {
		t.Run(name, func(t *testing.T) {
			ctx, cancel := context.WithCancelCause(within(t, limit))
			test.task.Payload = []byte(test.payload)
			s, err := pool.Stream(ctx, test.task)
			require.NoError(t, err)
			defer s.Close()
			if test.payload == "count" {
				receive(t, s.Progress()) // it runs
			} else {
				require.NoError(t, s.Send([]byte("a")))
				_, err := s.Recv()
				require.NoError(t, err)
			}
			test.end(s, cancel)
			_, err = s.Result()
			assert.ErrorIs(t, err, test.want)
			assert.Error(t, s.Send(nil))

			result, err := pool.Submit(within(t, limit), actors.Task{Payload: []byte("next")})
			require.NoError(t, err)
			assert.Equal(t, pid, result.Worker)
		})
	}
}

func TestStreamThatWaitsIsGivenUp(t *testing.T) {
	pool := startStreamer(t, runtime.PoolSpec{})
	running := openStream(t, pool, "count")
	receive(t, running.Progress())
	waiting := openStream(t, pool, "echo")
	queued(t, pool, 1)
	waiting.Close()
	_, err := waiting.Result()
	assert.ErrorIs(t, err, actors.ErrStreamOver)
	assert.Zero(t, pool.Stats().Queued)
}

func TestStreamOfAPoolThatStops(t *testing.T) {
	pool := startStreamer(t, runtime.PoolSpec{Grace: 300 * time.Millisecond})
	s := openStream(t, pool, "count")
	receive(t, s.Progress())
	require.NoError(t, pool.Stop(within(t, limit)))
	_, err := s.Result()
	assert.ErrorIs(t, err, actors.ErrWorkerExited)
	s, err = pool.Stream(within(t, limit), actors.Task{})
	require.NoError(t, err)
	_, err = s.Recv()
	assert.ErrorIs(t, err, actors.ErrStopping)
}

// A stream that no worker has begun when its worker dies goes to another one.
func TestStreamThatHadNotBegunIsNotLost(t *testing.T) {
	pool := startStreamer(t, runtime.PoolSpec{})
	pid := onePID(t, pool)
	require.NoError(t, syscall.Kill(pid, syscall.SIGSTOP))
	require.NoError(t, syscall.Kill(pid, syscall.SIGKILL))
	for done := false; !done; {
		s := openStream(t, pool, "echo")
		s.CloseSend()
		result, err := s.Result()
		if done = err == nil; done {
			assert.EqualValues(t, 0, binary.BigEndian.Uint64(result.Payload))
			assert.NotEqual(t, pid, result.Worker)
			continue
		}
		require.ErrorIs(t, err, actors.ErrWorkerExited) // it was handed to the one that was about to die
	}
}

func TestStreamNeedsAWorkerForStreams(t *testing.T) {
	pool := startPool(t, newRuntime(t, runtime.Options{}), runtime.PoolSpec{Command: command(t, "worker"), Size: 1})
	s := openStream(t, pool, "a")
	err := s.Send([]byte("b"))
	assert.ErrorIs(t, err, actors.ErrTaskFailed)
	assert.ErrorContains(t, err, "takes no streamed tasks")
}

func TestStreamWorkerAnswersPlainTasks(t *testing.T) {
	pool := startStreamer(t, runtime.PoolSpec{})
	result, err := pool.Submit(within(t, limit), actors.Task{Payload: []byte("plain")})
	require.NoError(t, err)
	assert.Equal(t, "sent plain", string(result.Payload))
}

func TestStreamWhoseInputIsNotWanted(t *testing.T) {
	pool := startStreamer(t, runtime.PoolSpec{})
	s := openStream(t, pool, "ignore")
	var err error
	for err == nil {
		err = s.Send(make([]byte, pieceBytes))
	}
	assert.Equal(t, actors.ErrStreamOver, err)
	result, err := s.Result()
	require.NoError(t, err)
	assert.Equal(t, "had enough", string(result.Payload))
	assert.ErrorIs(t, s.Send(make([]byte, 1<<20)), actors.ErrTooLarge)
}

func TestHostileStreams(t *testing.T) {
	for how, text := range map[string]string{
		"overdraw":    "with credit for -14",
		"credit":      "credit for 33554432 bytes",
		"huge credit": "credit for 4294967295 bytes",
		"bad credit":  "credit of 0 bytes",
	} {
		t.Run(how, func(t *testing.T) {
			h := startHostile(t, runtime.PoolSpec{})
			s := openStream(t, h.pool, "evil "+how)
			_, err := s.Result()
			h.finish(t)
			var exited *actors.WorkerExitedError
			require.ErrorAs(t, err, &exited)
			assert.Equal(t, actors.ReasonProtocol, exited.Exit.Reason)
			assert.ErrorContains(t, err, text)
		})
	}
}
