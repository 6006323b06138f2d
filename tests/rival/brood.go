package rival

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
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
	// Backoff is the pause before a worker is replaced.
	Backoff runtime.Backoff
	// QueueLimit is how many tasks may wait. Zero means 10,000.
	QueueLimit int
	// Tracing records spans. Nil: none.
	Tracing trace.TracerProvider
	// TraceOneIn is the runtime's option of that name.
	TraceOneIn int
}

// BroodPool is a started pool of brood.
type BroodPool struct {
	rt   *runtime.Runtime
	pool *runtime.Pool
}

var _ load.Pool = (*BroodPool)(nil)

// Start starts the pool.
func (b Brood) Start(workers int) (load.Pool, error) {
	rt, err := runtime.New(runtime.Options{TracerProvider: b.Tracing, TraceOneIn: b.TraceOneIn})
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
		Name: "echo", Command: command, Size: workers, Prefetch: b.Prefetch, QueueLimit: b.QueueLimit, Backoff: b.Backoff,
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

// Pool is the pool itself.
func (p *BroodPool) Pool() *runtime.Pool { return p.pool }

// SubmitBatch hands all payloads to the pool in one call and checks the answers.
func (p *BroodPool) SubmitBatch(ctx context.Context, payloads [][]byte) error {
	tasks := make([]actors.Task, len(payloads))
	for i, payload := range payloads {
		tasks[i].Payload = payload
	}
	results, err := p.pool.SubmitBatch(ctx, tasks)
	for i, result := range results {
		if !bytes.Equal(result.Payload, payloads[i]) {
			return errors.Join(err, fmt.Errorf("rival: sent %q, got %q, %v", payloads[i], result.Payload, result.Err))
		}
	}
	return err
}

// Recover kills the worker of a pool that has one, and returns how long it took
// until the first answer of its replacement.
func (p *BroodPool) Recover() (time.Duration, error) {
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	first, err := p.pool.Submit(ctx, actors.Task{})
	if err != nil {
		return 0, err
	}
	victim, err := os.FindProcess(first.Worker)
	if err != nil {
		return 0, err
	}
	began := time.Now()
	if err := victim.Kill(); err != nil {
		return 0, err
	}
	for {
		// Until its end is known, tasks are still handed to the old one.
		again, err := p.pool.Submit(ctx, actors.Task{Repeatable: true})
		if err == nil && again.Worker != first.Worker {
			return time.Since(began), nil
		}
		if err != nil && !errors.Is(err, actors.ErrWorkerExited) {
			return 0, err
		}
	}
}

// Close ends the workers and the runtime.
func (p *BroodPool) Close() error {
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	return p.rt.Shutdown(ctx)
}
