package tests

import (
	"context"
	"encoding/binary"
	"errors"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"brood/actors"
	"brood/runtime"
)

func workerDies(t *testing.T, pool *runtime.Pool) {
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
func givenUp(t *testing.T, pool *runtime.Pool) {
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

func givenUpInTheQueue(t *testing.T, pool *runtime.Pool) {
	running := openStream(t, pool, "count")
	receive(t, running.Progress())
	openStream(t, pool, "echo") // behind it, at the worker
	waiting := openStream(t, pool, "echo")
	queued(t, pool, 1)
	waiting.Close()
	_, err := waiting.Result()
	assert.ErrorIs(t, err, actors.ErrStreamOver)
	assert.Zero(t, pool.Stats().Queued)
}

func poolStops(t *testing.T, pool *runtime.Pool) {
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
func notBegun(t *testing.T, pool *runtime.Pool) {
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

func plainTask(t *testing.T, pool *runtime.Pool) {
	result, err := pool.Submit(within(t, limit), actors.Task{Payload: []byte("plain")})
	require.NoError(t, err)
	assert.Equal(t, "sent plain", string(result.Payload))
}

func inputNotWanted(t *testing.T, pool *runtime.Pool) {
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

// Streams of every kind at once, while the worker is killed again and again: each
// comes to an end, with what was sent or an error that says why not.
func manyStreams(t *testing.T, pool *runtime.Pool) {
	var all sync.WaitGroup
	killed := make(chan struct{})
	stop, cancel := context.WithCancel(within(t, limit))
	go func() {
		defer close(killed)
		for stop.Err() == nil {
			result, err := pool.Submit(stop, actors.Task{Payload: []byte("pid")})
			if err == nil {
				_ = syscall.Kill(result.Worker, syscall.SIGKILL)
			}
		}
	}()
	for i := range fewer(100) {
		all.Go(func() {
			s, err := pool.Stream(within(t, limit), actors.Task{Payload: []byte("echo")})
			if !assert.NoError(t, err) {
				return
			}
			defer s.Close()
			for n := range i % 8 {
				if err = s.Send([]byte{byte(n)}); err != nil {
					break
				}
			}
			if s.CloseSend(); i%5 == 0 {
				return // and leaves the rest
			}
			got := 0
			for piece, failed := range s.Pieces() {
				if err = failed; err == nil {
					assert.Equal(t, []byte{byte(got)}, piece)
					got++
				}
			}
			if err != nil {
				assert.ErrorIs(t, err, actors.ErrWorkerExited)
				return
			}
			assert.Equal(t, i%8, got)
		})
	}
	all.Wait()
	cancel()
	<-killed
	assert.Zero(t, pool.Stats().Queued)
	require.Eventually(t, func() bool { return pool.Stats().Held == 0 }, limit, soon)
}

func TestHostileStreams(t *testing.T) {
	h := startHostile(t, runtime.PoolSpec{})
	for how, text := range map[string]string{
		"overdraw":    "with credit for -14",
		"credit":      "credit for 33554432 bytes",
		"huge credit": "credit for 4294967295 bytes",
		"bad credit":  "credit of 0 bytes",
	} {
		_, err := openStream(t, h.pool, "evil "+how).Result()
		var exited *actors.WorkerExitedError
		require.ErrorAs(t, err, &exited, how)
		assert.Equal(t, actors.ReasonProtocol, exited.Exit.Reason)
		assert.ErrorContains(t, err, text)
	}
	h.finish(t)
}
