package runtime_test

import (
	"context"
	"errors"
	"fmt"
	"log"

	"brood/actors"
	"brood/runtime"
)

// A pool as one would write it by hand, which sends a task to a worker that is not
// busy, queues the others and starts a worker again when it has died, has its
// faults in what happens then. Here a task whose worker dies is settled, a worker
// that leaves with code 0 is replaced as any other, the queue goes on with who
// comes, and the end is one: nobody is started again, and nobody is left.
func Example_processPool() {
	rt, err := runtime.New(runtime.Options{})
	if err != nil {
		log.Fatal(err)
	}
	ctx := context.Background()
	pool, err := rt.StartPool(ctx, runtime.PoolSpec{Command: runtime.Worker("echo"), Size: 2})
	if err != nil {
		log.Fatal(err)
	}

	for _, payload := range []string{"hello", "die", "leave", "leave", "leave", "still here"} {
		result, err := pool.Submit(ctx, actors.Task{Payload: []byte(payload)})
		var exited *actors.WorkerExitedError
		switch {
		case errors.As(err, &exited):
			fmt.Printf("%s: lost, code %d\n", payload, exited.Exit.Code)
		case err != nil:
			fmt.Println(err)
		default:
			fmt.Printf("%s: %s\n", payload, result.Payload)
		}
	}

	if err := rt.Shutdown(ctx); err != nil {
		log.Fatal(err)
	}
	fmt.Println(len(rt.Children()), "children left")
	_, err = pool.Submit(ctx, actors.Task{Payload: []byte("too late")})
	fmt.Println(err)
	// Output:
	// hello: hello
	// die: lost, code 7
	// leave: lost, code 0
	// leave: lost, code 0
	// leave: lost, code 0
	// still here: still here
	// 0 children left
	// stopping
}
