package bench

import (
	"bytes"
	"context"
	"encoding/binary"
	"fmt"
	"sync"
	"sync/atomic"
	"time"
)

// drive lets callers goroutines submit tasks to pool, one after the other,
// as long as more returns true. It returns how many were answered, and the
// first error; an answer that differs from its task is one.
func drive(pool submitter, callers int, more func() bool) (int, error) {
	ctx, cancel := context.WithCancelCause(context.Background())
	defer cancel(nil)
	var (
		waiting sync.WaitGroup
		serial  atomic.Uint64
		total   atomic.Int64
	)
	for range callers {
		waiting.Go(func() {
			payload := bytes.Repeat([]byte{'.'}, payloadBytes)
			done := 0
			for ctx.Err() == nil && more() {
				binary.BigEndian.PutUint64(payload, serial.Add(1))
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

// ask submits one task and checks the answer.
func ask(ctx context.Context, pool submitter, payload []byte) error {
	reply, err := pool.Submit(ctx, payload)
	if err != nil {
		return err
	}
	if !bytes.Equal(reply, payload) {
		return fmt.Errorf("bench: sent %q, got %q", payload, reply)
	}
	return nil
}

// atMost returns a function for drive that ends it after tasks tasks.
func atMost(tasks int) func() bool {
	var taken atomic.Int64
	return func() bool { return taken.Add(1) <= int64(tasks) }
}

// during returns a function for drive that ends it after d.
func during(d time.Duration) func() bool {
	end := time.Now().Add(d)
	return func() bool { return time.Now().Before(end) }
}
