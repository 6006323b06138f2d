package rival

import (
	"context"
	"errors"
	"time"

	"go.opentelemetry.io/otel/trace"

	"brood/actors"
	"brood/runtime"
	"brood/tests/load"
)

// Brood describes a pool of brood.
type Brood struct {
	// Program is what its workers run.
	Program Program
	// Prefetch is how many tasks a worker is handed at once. Zero: the pool's
	// default.
	Prefetch int
	// QueueLimit is how many tasks may wait. Zero means 10,000.
	QueueLimit int
	// Tracing records spans. Nil: none.
	Tracing trace.TracerProvider
}

// BroodPool is a started pool of brood.
type BroodPool struct {
	rt   *runtime.Runtime
	pool *runtime.Pool
}

var _ load.Pool = (*BroodPool)(nil)

// Start starts the pool.
func (b Brood) Start(workers int) (load.Pool, error) {
	rt, err := runtime.New(runtime.Options{TracerProvider: b.Tracing})
	if err != nil {
		return nil, err
	}
	command := runtime.Worker(workerName)
	if b.Program != "" {
		command = runtime.Command{Path: string(b.Program)}
	}
	if b.QueueLimit == 0 {
		b.QueueLimit = 10_000
	}
	p := &BroodPool{rt: rt}
	p.pool, err = rt.StartPool(context.Background(), runtime.PoolSpec{
		Name: "echo", Command: command, Size: workers, Prefetch: b.Prefetch, QueueLimit: b.QueueLimit,
	})
	if err != nil {
		return nil, errors.Join(err, p.Close())
	}
	return p, nil
}

// Submit hands payload to the pool.
func (p *BroodPool) Submit(ctx context.Context, payload []byte) ([]byte, error) {
	result, err := p.pool.Submit(ctx, actors.Task{Payload: payload})
	return result.Payload, err
}

// PIDs returns the process ids of the workers that run.
func (p *BroodPool) PIDs() (pids []int) {
	for _, w := range p.pool.Stats().Workers {
		if w.PID != 0 {
			pids = append(pids, w.PID)
		}
	}
	return pids
}

// Close ends the workers and the runtime.
func (p *BroodPool) Close() error {
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	return p.rt.Shutdown(ctx)
}
