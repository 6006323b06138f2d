package tests

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"brood/actors"
	"brood/runtime"
)

// hostile is a worker that behaves until a task says how not to.
func hostile() {
	w := openRawWire()
	w.hello()
	for {
		id, payload := w.readTask()
		verb, how, _ := strings.Cut(string(payload), " ")
		if verb != "evil" {
			w.send(w.frame(kindResult, id, payload))
			continue
		}
		misbehave(w, id, how)
	}
}

func misbehave(w rawWire, id uint64, how string) {
	switch how {
	case "garbage":
		w.send([]byte("GET / HTTP/1.1\r\nHost: example\r\n\r\n"))
	case "kind":
		w.send(w.frame(99, id, nil))
	case "incarnation":
		w.incarnation += 7
		w.send(w.frame(kindResult, id, nil))
	case "length":
		w.send([]byte{0xFF, 0xFF, 0xFF, 0xFF, kindResult})
	case "half a frame":
		w.send([]byte{0, 0, 0, 100, kindResult})
		os.Exit(5)
	case "second hello":
		w.hello()
	case "unknown id":
		w.send(w.frame(kindResult, id+1000, nil))
	case "unasked pong":
		w.send(w.frame(kindPong, 1<<40, nil))
	case "answer twice":
		w.send(append(w.frame(kindResult, id, nil), w.frame(kindResult, id, nil)...))
	case "piece":
		w.send(w.frame(kindPiece, id, []byte("a piece")))
	case "piece of nobody":
		w.send(w.frame(kindPiece, id+1000, nil))
	case "overdraw": // the credit of 256 KiB with the first, and then once more
		piece := w.frame(kindPiece, id, make([]byte, 256<<10))
		w.send(append(piece, piece...))
	case "credit": // 16 MiB, which is as much as may be, and then once more
		credit := w.frame(kindCredit, id, []byte{1, 0, 0, 0})
		w.send(append(credit, credit...))
	case "huge credit":
		w.send(w.frame(kindCredit, id, []byte{255, 255, 255, 255}))
	case "bad credit":
		w.send(w.frame(kindCredit, id, nil))
	case "close wire":
		w.in.Close()
		w.out.Close()
	case "deaf": // it lives on, and reads and says no more
	case "flood":
		var both sync.WaitGroup
		both.Go(func() { flood(os.Stdout, floodBytes) })
		both.Go(func() { flood(os.Stderr, floodBytes) })
		both.Wait()
		w.send(w.frame(kindResult, id, []byte("flooded")))
		return
	}
	select {}
}

// floodBytes is what a flooding worker prints on each of its outputs.
const floodBytes = 512 << 20

func flood(to io.Writer, total int) {
	for block := bytes.Repeat([]byte("flood!!\n"), 8<<10); total > 0; total -= len(block) {
		if _, err := to.Write(block); err != nil {
			return
		}
	}
}

// TestHostileWorker: one worker breaks the rules; it is replaced, its task's
// answer names the cause, and the others work on.
func TestHostileWorker(t *testing.T) {
	for how, want := range map[string]struct {
		reason actors.Reason
		text   string
	}{
		"garbage":         {actors.ReasonProtocol, "wire: "},
		"kind":            {actors.ReasonProtocol, "unknown kind 99"},
		"incarnation":     {actors.ReasonProtocol, "incarnation"},
		"length":          {actors.ReasonProtocol, "4294967295"},
		"half a frame":    {actors.ReasonExited, "exit code 5"},
		"second hello":    {actors.ReasonProtocol, "second hello"},
		"unknown id":      {actors.ReasonProtocol, "does not hold"},
		"piece":           {actors.ReasonProtocol, "not streamed"},
		"piece of nobody": {actors.ReasonProtocol, "does not hold"},
		"unasked pong":    {actors.ReasonProtocol, "not asked for"},
		"close wire":      {actors.ReasonProtocol, "closed its end of the wire"},
	} {
		t.Run(how, func(t *testing.T) {
			h := startHostile(t, runtime.PoolSpec{})
			before := heap()
			evil := receive(t, submit(within(t, limit), h.pool, actors.Task{Payload: []byte("evil " + how)}))
			h.finish(t)

			var exited *actors.WorkerExitedError
			require.ErrorAs(t, evil.err, &exited)
			assert.True(t, exited.MayHaveRun)
			assert.Equal(t, want.reason, exited.Exit.Reason)
			assert.ErrorContains(t, evil.err, want.text)
			if want.reason == actors.ReasonProtocol {
				require.Error(t, exited.Exit.Err)
			}
			assert.Less(t, heap(), before+(32<<20))
		})
	}
}

// TestWorkerAnswersTwice: the task has its answer, the worker is replaced.
func TestWorkerAnswersTwice(t *testing.T) {
	h := startHostile(t, runtime.PoolSpec{})
	evil := receive(t, submit(within(t, limit), h.pool, actors.Task{Payload: []byte("evil answer twice")}))
	assert.NoError(t, evil.err)
	require.Eventually(t, func() bool { return restarts(h.pool) > 0 }, limit, soon)
	h.finish(t)
}

// TestDeafWorker: one worker reads its wire no more while large tasks are on
// their way to it.
func TestDeafWorker(t *testing.T) {
	h := startHostile(t, runtime.PoolSpec{Prefetch: 4, CancelGrace: 200 * time.Millisecond})
	before := heap()
	evil := submit(within(t, limit), h.pool, actors.Task{Payload: []byte("evil deaf"), Timeout: 300 * time.Millisecond})
	large := make([]<-chan outcome, 9) // three workers with four slots
	for i := range large {
		large[i] = submit(within(t, limit), h.pool, actors.Task{Payload: make([]byte, 2<<20), Repeatable: i%2 == 0})
	}
	assert.ErrorIs(t, receive(t, evil).err, actors.ErrTaskTimeout)
	for i, answer := range large {
		o := receive(t, answer)
		if o.err != nil {
			assert.False(t, i%2 == 0, "repeatable")
			var exited *actors.WorkerExitedError
			require.ErrorAs(t, o.err, &exited)
			assert.Equal(t, actors.ReasonUnresponsive, exited.Exit.Reason)
			assert.ErrorContains(t, o.err, "cancelled task not answered within 200ms")
		}
	}
	assert.Less(t, heap(), before+(128<<20))
	h.finish(t)
	assert.Equal(t, 1, restarts(h.pool))
}

// TestFloodingWorker: one worker prints a gigabyte while the others work.
func TestFloodingWorker(t *testing.T) {
	var printed [3]atomic.Int64
	h := startHostile(t, runtime.PoolSpec{Output: func(_ int, stream actors.Stream, data []byte) {
		printed[stream].Add(int64(len(data)))
	}})
	peak, stop := watchHeap(t)
	flooded := receive(t, submit(within(t, limit), h.pool, actors.Task{Payload: []byte("evil flood")}))
	require.NoError(t, flooded.err)
	assert.Less(t, stop(), peak+(32<<20))
	h.finish(t)
	assert.Zero(t, restarts(h.pool))
	require.NoError(t, h.pool.Stop(within(t, limit)))
	assert.Equal(t, int64(floodBytes), printed[actors.Stdout].Load())
	assert.Equal(t, int64(floodBytes), printed[actors.Stderr].Load())
}

// TestWorkerThatComesBackMute: a worker that is replaced by one without a hello.
func TestWorkerThatComesBackMute(t *testing.T) {
	pool := startPool(t, newRuntime(t, runtime.Options{}), runtime.PoolSpec{
		Command: command(t, "oncer"), Size: 2, StartTimeout: 2 * time.Second, Intensity: 2, Period: time.Minute,
	})
	gaveUp := actors.ErrWorkerExited
	for errors.Is(gaveUp, actors.ErrWorkerExited) { // both die of their first task, and do not come back
		gaveUp = receive(t, submit(within(t, limit), pool, actors.Task{})).err
	}
	assert.ErrorIs(t, gaveUp, actors.ErrGaveUp)
	assert.ErrorContains(t, gaveUp, "no hello in time")
}

// oncer is a worker only once: it dies of its first task, and its successors
// never say hello.
func oncer() {
	if w := openRawWire(); w.incarnation == 1 {
		w.hello()
		w.readTask()
		os.Exit(1)
	}
	select {}
}

// hostilePool is a pool of three that is kept busy with good tasks.
type hostilePool struct {
	pool  *runtime.Pool
	stop  context.CancelFunc
	good  sync.WaitGroup
	done  atomic.Int64
	wrong atomic.Value
}

func startHostile(t *testing.T, spec runtime.PoolSpec) *hostilePool {
	t.Helper()
	spec.Command, spec.Size = command(t, "hostile"), 3
	h := &hostilePool{pool: startPool(t, newRuntime(t, runtime.Options{}), spec)}
	ctx, cancel := context.WithCancel(context.Background())
	h.stop = cancel
	t.Cleanup(func() { cancel(); h.good.Wait() })
	for range 2 {
		h.good.Go(func() {
			for ctx.Err() == nil {
				result, err := h.pool.Submit(context.Background(), actors.Task{Payload: []byte("good"), Repeatable: true})
				if err != nil || string(result.Payload) != "good" {
					h.wrong.Store([]any{result, err})
					return
				}
				h.done.Add(1)
			}
		})
	}
	return h
}

// finish asserts that the good tasks were answered throughout, and still are.
func (h *hostilePool) finish(t *testing.T) {
	t.Helper()
	allReady(t, h.pool, 3)
	enough := h.done.Load() + 100
	require.Eventually(t, func() bool { return h.done.Load() > enough || h.wrong.Load() != nil }, limit, soon)
	h.stop()
	h.good.Wait()
	assert.Nil(t, h.wrong.Load())
}
