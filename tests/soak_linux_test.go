package tests

import (
	"context"
	"encoding/binary"
	"errors"
	"math/rand/v2"
	"os"
	"strconv"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"brood/actors"
	"brood/runtime"
)

const (
	// envSoak is the environment variable that says how many tasks TestSoak has, if
	// not some thousands: a million take a minute.
	envSoak     = "BROOD_SOAK"
	soakEvery   = 50 * time.Millisecond
	soakCallers = 128
	soakPool    = 4
	soakKills   = 8 // at the least, however fast the tasks are
)

// soak is a pool under load, while its workers are killed and its tasks cancelled.
type soak struct {
	pool *runtime.Pool
	left atomic.Int64 // tasks to be submitted
	all  int

	answered, fine, cancelled, lost atomic.Int64
	unasked                         atomic.Int64 // cancelled before they came to the pool
	kills                           atomic.Int64

	mu    sync.Mutex
	wrong []error // answers that a task must not get
}

// TestSoak submits many tasks and gives a quarter of them up at random, if they are
// not answered by then, while a
// worker is killed every 50 ms and after every eighth of the tasks: each is answered once, as one of what can become of
// it, the pool's own counts agree, and its memory does not grow.
func TestSoak(t *testing.T) {
	s := &soak{all: fewer(20_000)}
	if value := os.Getenv(envSoak); value != "" {
		n, err := strconv.Atoi(value)
		require.NoError(t, err, envSoak)
		s.all = n
	}
	rt := newRuntime(t, runtime.Options{})
	s.pool = startPool(t, rt, runtime.PoolSpec{
		Name: "soak", Command: command(t, "worker"), Size: soakPool, QueueLimit: soakCallers, MaxAttempts: 1000,
	})
	stop := s.keepKilling()
	began := time.Now()
	s.submit(t, s.all/2)
	half := heap()
	s.submit(t, s.all-s.all/2)
	took := time.Since(began)
	stop()
	t.Logf("%d tasks in %s, %d kills: %d answered by a worker, %d cancelled, %d lost; heap %d, then %d bytes",
		s.all, took, s.kills.Load(), s.fine.Load(), s.cancelled.Load(), s.lost.Load(), half, heap())

	assert.Empty(t, s.wrong[:min(len(s.wrong), 3)])
	assert.EqualValues(t, s.all, s.answered.Load())
	assert.EqualValues(t, s.all, s.fine.Load()+s.cancelled.Load()+s.lost.Load())
	assert.Positive(t, s.kills.Load())
	assert.Positive(t, s.cancelled.Load())
	assert.Less(t, heap(), half+4<<20, "memory grows with the number of tasks")
	allReady(t, s.pool, soakPool)
	stats := s.pool.Stats()
	assert.Zero(t, stats.Queued)
	assert.Zero(t, stats.Held)
	assert.EqualValues(t, runtime.PoolOutcomes{
		Submitted:    uint64(s.answered.Load() - s.unasked.Load()),
		Done:         uint64(s.fine.Load()),
		Cancelled:    uint64(s.cancelled.Load() - s.unasked.Load()),
		WorkerExited: uint64(s.lost.Load()),
	}, stats.Outcomes, "the pool counts what its submitters do")
}

// submit lets many goroutines submit n tasks.
func (s *soak) submit(t *testing.T, n int) {
	t.Helper()
	s.left.Store(int64(n))
	var callers sync.WaitGroup
	for range soakCallers {
		callers.Go(func() {
			for s.left.Add(-1) >= 0 {
				s.one()
			}
		})
	}
	callers.Wait()
}

// one submits a task, of which every fourth is cancelled while it waits, is on its
// way, or runs.
func (s *soak) one() {
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	if rand.IntN(4) == 0 {
		timer := time.AfterFunc(time.Duration(rand.IntN(400))*time.Microsecond, cancel)
		defer timer.Stop()
	}
	payload := binary.BigEndian.AppendUint64(nil, rand.Uint64())
	result, err := s.pool.Submit(ctx, actors.Task{Payload: payload, Repeatable: rand.IntN(2) == 0})
	if s.answered.Add(1)%int64(max(s.all/soakKills, 1)) == 0 {
		s.kill()
	}
	switch {
	case err == nil && string(result.Payload) == string(payload):
		s.fine.Add(1)
	case errors.Is(err, actors.ErrCancelled) && ctx.Err() != nil:
		s.cancelled.Add(1)
		var given *actors.CancelledError
		if errors.As(err, &given) && given.Stage == actors.StageDoor {
			s.unasked.Add(1)
		}
	case errors.Is(err, actors.ErrWorkerExited):
		s.lost.Add(1)
	default:
		s.mu.Lock()
		s.wrong = append(s.wrong, err)
		s.mu.Unlock()
	}
}

// keepKilling kills a worker now and then.
func (s *soak) keepKilling() (stop func()) {
	quit := make(chan struct{})
	var killer sync.WaitGroup
	killer.Go(func() {
		ticker := time.NewTicker(soakEvery)
		defer ticker.Stop()
		for {
			select {
			case <-quit:
				return
			case <-ticker.C:
				s.kill()
			}
		}
	})
	return sync.OnceFunc(func() { close(quit); killer.Wait() })
}

// kill kills a worker at random, unless that is not ready.
func (s *soak) kill() {
	workers := s.pool.Stats().Workers
	if w := workers[rand.IntN(len(workers))]; w.Ready {
		kill(w.PID, syscall.SIGKILL)
		s.kills.Add(1)
	}
}
