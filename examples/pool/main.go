// Pool counts primes in four child processes, which are this same program,
// executed again. One task fails and one takes too long; the others do not mind.
//
//	go run ./examples/pool
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strconv"
	"sync"
	"time"

	"brood/actors"
	"brood/runtime"
	"brood/runtime/worker"
)

func main() {
	if worker.Name() == "primes" { // this process is one of the four
		worker.Exit(worker.Serve(primes))
	}
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run() (err error) {
	rt, err := runtime.New(runtime.Options{})
	if err != nil {
		return err
	}
	ctx := context.Background()
	defer func() { err = errors.Join(err, rt.Shutdown(ctx)) }()
	self := runtime.Worker("primes")
	pool, err := rt.StartPool(ctx, runtime.PoolSpec{Command: self, Size: 4})
	if err != nil {
		return err
	}

	limits := []string{"10000", "20000", "30000", "40000", "50000", "60000", "many", "1000000000000"}
	answers := make([]string, len(limits))
	var wg sync.WaitGroup
	for i, limit := range limits {
		wg.Go(func() { // Submit waits for the answer; the pool queues what its workers can not take yet
			ctx, cancel := context.WithTimeout(ctx, time.Second)
			defer cancel()
			result, err := pool.Submit(ctx, actors.Task{Payload: []byte(limit)})
			answers[i] = describe(result, err)
		})
	}
	wg.Wait()
	for i, limit := range limits {
		fmt.Printf("primes below %s: %s\n", limit, answers[i])
	}
	for i, w := range pool.Stats().Workers {
		fmt.Printf("worker %d: ready %t, restarts %d\n", i, w.Ready, w.Restarts)
	}
	return nil
}

// describe tells apart what can become of a task.
func describe(result actors.Result, err error) string {
	var exited *actors.WorkerExitedError
	switch {
	case err == nil:
		return string(result.Payload)
	case errors.Is(err, actors.ErrTaskFailed): // the handler's own error
		return err.Error()
	case errors.Is(err, context.DeadlineExceeded): // the worker was told to leave it
		return "cancelled"
	case errors.As(err, &exited): // it was replaced; the task may have run
		return "lost with its worker: " + exited.Exit.String()
	}
	return "refused: " + err.Error()
}

// primes is what a worker does with a task. It looks at ctx now and then: a
// worker that does not follow a cancel in time is killed and replaced.
func primes(ctx context.Context, payload []byte) ([]byte, error) {
	limit, err := strconv.Atoi(string(payload))
	if err != nil {
		return nil, err
	}
	count := 0
	for n := 2; n < limit; n++ {
		if n%1000 == 0 && ctx.Err() != nil {
			return nil, ctx.Err()
		}
		if isPrime(n) {
			count++
		}
	}
	return strconv.AppendInt(nil, int64(count), 10), nil
}

func isPrime(n int) bool {
	for d := 2; d*d <= n; d++ {
		if n%d == 0 {
			return false
		}
	}
	return true
}
