package runtime_test

import (
	"context"
	"fmt"
	"log"
	"time"

	"brood/actors"
	"brood/runtime"
)

func ExampleProcess_Usage() {
	rt, err := runtime.New(runtime.Options{})
	if err != nil {
		log.Fatal(err)
	}
	ctx := context.Background()
	defer rt.Shutdown(ctx)
	child, err := rt.Start(ctx, runtime.ProcessSpec{Command: runtime.Command{Path: "sleep", Args: []string{"1000"}}})
	if err != nil {
		log.Fatal(err)
	}

	s, err := child.Usage(ctx) // of the child and of all that it has started
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println("processes:", s.Processes, "threads:", s.Threads)
	fmt.Println("less than 10 MiB:", s.MemoryBytes < 10<<20)
	fmt.Println("hardly any processor time:", s.CPU < time.Second)
	fmt.Println("samples:", len(child.Samples()))
	// Output:
	// processes: 1 threads: 1
	// less than 10 MiB: true
	// hardly any processor time: true
	// samples: 1
}

// A worker that leaks is replaced between two tasks, and no task is lost.
func ExampleWatchLimit() {
	rt, err := runtime.New(runtime.Options{SampleInterval: 20 * time.Millisecond})
	if err != nil {
		log.Fatal(err)
	}
	ctx := context.Background()
	defer rt.Shutdown(ctx)
	pool, err := rt.StartPool(ctx, runtime.PoolSpec{
		Command: runtime.Worker("leaky"), // main of the same program calls worker.Serve
		Size:    1,
		Watch: []runtime.WatchLimit{
			{MemoryBytes: 200 << 20, Action: runtime.RestartWhenIdle},
			{Age: time.Hour, Jitter: 10 * time.Minute, Action: runtime.RestartWhenIdle},
		},
	})
	if err != nil {
		log.Fatal(err)
	}

	first := pool.Stats().Workers[0].PID
	for worker := first; worker == first; {
		result, err := pool.Submit(ctx, actors.Task{Payload: []byte("leak")})
		if err != nil {
			log.Fatal(err)
		}
		worker = result.Worker
	}
	fmt.Println("another worker has answered")
	fmt.Println("restarts:", pool.Stats().Workers[0].Restarts)
	// Output:
	// another worker has answered
	// restarts: 1
}
