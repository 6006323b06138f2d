package bench

import (
	"context"
	"errors"
	"time"

	"brood/actors"
	"brood/runtime"
)

// workerName is under which the test binary is a worker of brood.
const workerName = "bench-echo"

// broodPool is brood's own pool.
type broodPool struct {
	rt   *runtime.Runtime
	pool *runtime.Pool
}

// newBrood returns a starter of brood's pool with so many tasks handed to a worker at once.
func newBrood(slots int) func(workers int) (submitter, error) {
	return func(workers int) (submitter, error) {
		rt, err := runtime.New(runtime.Options{})
		if err != nil {
			return nil, err
		}
		b := &broodPool{rt: rt}
		command := runtime.Worker(workerName)
		b.pool, err = rt.StartPool(context.Background(), runtime.PoolSpec{
			Name: "echo", Command: command, Size: workers, Prefetch: slots, QueueLimit: 10_000,
		})
		if err != nil {
			return nil, errors.Join(err, b.Close())
		}
		return b, nil
	}
}

func (b *broodPool) Submit(ctx context.Context, payload []byte) ([]byte, error) {
	result, err := b.pool.Submit(ctx, actors.Task{Payload: payload})
	return result.Payload, err
}

func (b *broodPool) Close() error {
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	return b.rt.Shutdown(ctx)
}

func echo(_ context.Context, payload []byte) ([]byte, error) { return payload, nil }
