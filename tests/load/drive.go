package load

import (
	"bytes"
	"context"
	"encoding/binary"
	"fmt"
	"sync"
	"sync/atomic"
	"time"
)

// PayloadBytes is how long the payload of a task is.
const PayloadBytes = 100

// Pool is a pool under measurement.
type Pool interface {
	// Submit returns what a child answers to payload. Safe for concurrent use.
	Submit(ctx context.Context, payload []byte) ([]byte, error)
	// Close ends the children and waits for them. No Submit may be under way.
	Close() error
}

// Drive lets callers goroutines submit tasks to pool, one after the other,
// as long as more returns true. It returns how many were answered, and the
// first error; an answer that differs from its task is one.
func Drive(pool Pool, callers int, more func() bool) (int, error) {
	return drive(pool, callers, nil, more)
}

// drive is Drive. If there is a gate, all callers come to it, each with one answer
// that is not counted.
func drive(pool Pool, callers int, gate func(), more func() bool) (int, error) {
	ctx, cancel := context.WithCancelCause(context.Background())
	defer cancel(nil)
	var (
		waiting sync.WaitGroup
		total   atomic.Int64
	)
	for i := range callers {
		waiting.Go(func() {
			payload := NewPayload(i)
			done := 0
			if gate != nil {
				if err := ask(ctx, pool, payload); err != nil {
					cancel(err)
				}
				gate()
			}
			for ctx.Err() == nil && more() {
				number(payload, done)
				if err := ask(ctx, pool, payload); err != nil {
					cancel(err)
					break
				}
				done++
			}
			total.Add(int64(done))
		})
	}
	waiting.Wait()
	return int(total.Load()), context.Cause(ctx)
}

// NewPayload returns a payload that no other caller has, of PayloadBytes.
func NewPayload(caller int) []byte {
	payload := bytes.Repeat([]byte{'.'}, PayloadBytes)
	binary.BigEndian.PutUint32(payload, uint32(caller))
	return payload
}

// number makes the payload one that this caller had not before.
func number(payload []byte, n int) { binary.BigEndian.PutUint32(payload[4:], uint32(n)) }

// ask submits one task and checks the answer.
func ask(ctx context.Context, pool Pool, payload []byte) error {
	reply, err := pool.Submit(ctx, payload)
	if err != nil {
		return err
	}
	if !bytes.Equal(reply, payload) {
		return fmt.Errorf("load: sent %q, got %q", payload, reply)
	}
	return nil
}

// AtMost returns a function for Drive that ends it after tasks tasks.
func AtMost(tasks int) func() bool {
	var taken atomic.Int64
	return func() bool { return taken.Add(1) <= int64(tasks) }
}

// During returns a function for Drive that ends it d after the first task. It
// costs a task no look at the clock.
func During(d time.Duration) func() bool {
	var over atomic.Bool
	start := sync.OnceFunc(func() { time.AfterFunc(d, func() { over.Store(true) }) })
	return func() bool {
		start()
		return !over.Load()
	}
}
