package runtime_test

import (
	"context"
	"fmt"
	"log"
	"time"

	"brood/actors"
	"brood/runtime"
)

// A pool that has a worker ready beside those that work, gives each a port of its
// own, and replaces each after so many tasks.
func ExamplePoolSpec_scale() {
	rt, err := runtime.New(runtime.Options{})
	if err != nil {
		log.Fatal(err)
	}
	ctx := context.Background()
	defer rt.Shutdown(ctx)
	pool, err := rt.StartPool(ctx, runtime.PoolSpec{
		Command: runtime.Worker("echo"),
		Scale:   runtime.Scale{Min: 1, Max: 2, Spares: 1, DownAfter: time.Minute},
		Recycle: runtime.Recycle{AfterTasks: 1000, AfterAge: time.Hour, Jitter: 10 * time.Minute},
		Slots:   []map[string]string{{"PORT": "8001"}, {"PORT": "8002"}, {"PORT": "8003"}},
	})
	if err != nil {
		log.Fatal(err)
	}
	result, err := pool.Submit(ctx, actors.Task{Payload: []byte("hello")})
	fmt.Printf("%s %v\n", result.Payload, err)
	stats := pool.Stats()
	fmt.Println(stats.Min, stats.Max, stats.Wait.Count)
	// Output:
	// hello <nil>
	// 1 2 1
}

// All workers are replaced by such as run another command, while tasks go on.
func ExamplePool_Roll() {
	rt, err := runtime.New(runtime.Options{})
	if err != nil {
		log.Fatal(err)
	}
	ctx := context.Background()
	defer rt.Shutdown(ctx)
	pool, err := rt.StartPool(ctx, runtime.PoolSpec{Command: runtime.Worker("echo"), Size: 2})
	if err != nil {
		log.Fatal(err)
	}
	err = pool.Roll(ctx, runtime.Rolling{Change: func(c *runtime.Command) { c.Env.Set["RELEASE"] = "2" }})
	fmt.Println(err, pool.Stats().Replaced)
	err = pool.Resize(ctx, 3)
	fmt.Println(err, len(pool.Stats().Workers))
	err = pool.Recycle(ctx, 0)
	fmt.Println(err, pool.Stats().Replaced)
	pool.Pause()
	fmt.Println(pool.Stats().Paused)
	pool.Resume()
	// Output:
	// <nil> 2
	// <nil> 3
	// <nil> 3
	// true
}
