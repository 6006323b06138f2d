package runtime_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log"
	"os"
	"time"

	"brood/actors"
	"brood/runtime"
)

// leaked is what a worker has not given back.
var leaked [][]byte

// counted is how many tasks a worker has counted.
var counted byte

// handle is what the workers of the examples and tests do; the payload says
// what.
func handle(ctx context.Context, payload []byte) ([]byte, error) {
	switch string(payload) {
	case "fail":
		return nil, errors.New("out of cheese")
	case "die":
		os.Exit(7)
	case "leave":
		os.Exit(0)
	case "leak":
		leaked = append(leaked, bytes.Repeat([]byte{1}, 4<<20))
	case "count":
		counted++
		return []byte{counted - 1}, nil
	case "wait":
		<-ctx.Done()
		return nil, ctx.Err()
	}
	return payload, nil
}

func ExamplePool_Submit() {
	rt, err := runtime.New(runtime.Options{})
	if err != nil {
		log.Fatal(err)
	}
	ctx := context.Background()
	defer rt.Shutdown(ctx)
	self := runtime.Worker("echo") // main of the same program calls worker.Serve
	pool, err := rt.StartPool(ctx, runtime.PoolSpec{Command: self, Size: 1})
	if err != nil {
		log.Fatal(err)
	}

	result, err := pool.Submit(ctx, actors.Task{Payload: []byte("hello")})
	fmt.Printf("%s %v\n", result.Payload, err)

	_, err = pool.Submit(ctx, actors.Task{Payload: []byte("fail")})
	fmt.Println(err, errors.Is(err, actors.ErrTaskFailed))

	_, err = pool.Submit(ctx, actors.Task{Payload: []byte("wait"), Timeout: 10 * time.Millisecond})
	fmt.Println(err, errors.Is(err, actors.ErrTaskTimeout))

	// A worker that dies is replaced. Its task is not run again unless it is
	// marked as repeatable, and this one had better not be.
	_, err = pool.Submit(ctx, actors.Task{Payload: []byte("die")})
	var exited *actors.WorkerExitedError
	fmt.Println(err, errors.As(err, &exited) && exited.MayHaveRun)

	result, err = pool.Submit(ctx, actors.Task{Payload: []byte("still here")})
	fmt.Printf("%s %v\n", result.Payload, err)
	// Output:
	// hello <nil>
	// task failed: out of cheese true
	// task timed out while it ran, after 10ms true
	// worker exited: exit code 7 (task may have run, attempt 1) true
	// still here <nil>
}
