package runtime_test

import (
	"bytes"
	"context"
	"fmt"
	"log"

	"brood/actors"
	"brood/runtime"
	"brood/runtime/worker"
)

// shout is the work of a child process.
func shout(_ context.Context, payload []byte) ([]byte, error) {
	return bytes.ToUpper(payload), nil
}

// A pool of two child processes, which are the same program, executed again.
func Example() {
	if worker.Name() == "shout" { // this process is one of the two
		worker.Exit(worker.Serve(shout))
	}
	rt, err := runtime.New(runtime.Options{})
	if err != nil {
		log.Fatal(err)
	}
	ctx := context.Background()
	defer rt.Shutdown(ctx)
	pool, err := rt.StartPool(ctx, runtime.PoolSpec{Command: runtime.Worker("shout"), Size: 2})
	if err != nil {
		log.Fatal(err)
	}
	result, err := pool.Submit(ctx, actors.Task{Payload: []byte("hello")})
	fmt.Printf("%s %v\n", result.Payload, err)
	// Output: HELLO <nil>
}
