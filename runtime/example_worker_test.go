package runtime_test

import (
	"context"
	"fmt"
	"log"
	"os"

	"brood/actors"
	"brood/runtime"
	"brood/runtime/worker"
)

// A worker sets up what its handler needs before Serve, and tears it down behind
// it: it gets no task before the one, and has answered all tasks before the other.
func Example_setUpAndTearDown() {
	if worker.Name() == "journal" {
		file, err := os.CreateTemp("", "journal-")
		if err != nil {
			worker.Exit(err) // a failed start
		}
		err = worker.Serve(func(_ context.Context, payload []byte) ([]byte, error) {
			n, err := file.Write(payload)
			return fmt.Appendf(nil, "%d bytes", n), err
		})
		fmt.Println("torn down:", file.Close(), os.Remove(file.Name()))
		worker.Exit(err)
	}

	rt, err := runtime.New(runtime.Options{})
	if err != nil {
		log.Fatal(err)
	}
	ctx := context.Background()
	defer rt.Shutdown(ctx)
	var printed []byte
	pool, err := rt.StartPool(ctx, runtime.PoolSpec{
		Command: runtime.Worker("journal"), Size: 1,
		Output: func(_ int, _ actors.Stream, data []byte) { printed = append(printed, data...) },
	})
	if err != nil {
		log.Fatal(err)
	}
	result, err := pool.Submit(ctx, actors.Task{Payload: []byte("hello")})
	fmt.Printf("%s %v\n", result.Payload, err)
	fmt.Println(pool.Stop(ctx)) // the worker has ended, and all that it printed is there
	fmt.Printf("%s", printed)
	// Output:
	// 5 bytes <nil>
	// <nil>
	// torn down: <nil> <nil>
}
