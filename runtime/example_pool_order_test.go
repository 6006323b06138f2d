package runtime_test

import (
	"context"
	"fmt"
	"log"
	"sync"
	"time"

	"brood/actors"
	"brood/runtime"
)

// queue starts a pool of one worker, keeps it busy until all of these tasks wait,
// and prints their tags in the order in which it gets them.
func queue(by runtime.Order, tasks ...actors.Task) {
	rt, err := runtime.New(runtime.Options{})
	if err != nil {
		log.Fatal(err)
	}
	ctx := context.Background()
	defer rt.Shutdown(ctx)
	pool, err := rt.StartPool(ctx, runtime.PoolSpec{
		Command: runtime.Worker("echo"), Size: 1, Prefetch: 1, Order: by,
	})
	if err != nil {
		log.Fatal(err)
	}
	busy, free := context.WithCancel(ctx)
	var all sync.WaitGroup
	all.Go(func() { _, _ = pool.Submit(busy, actors.Task{Payload: []byte("wait")}) })
	until(func() bool { return pool.Stats().Held == 1 })
	order := make([]any, len(tasks))
	for i, task := range tasks {
		task.Payload = []byte("count") // the worker says how many it had before
		all.Go(func() {
			result, err := pool.Submit(ctx, task)
			if err != nil {
				log.Fatal(err)
			}
			order[result.Payload[0]] = result.Tag
		})
		until(func() bool { return pool.Stats().Queued == i+1 })
	}
	free()
	all.Wait()
	fmt.Println(order...)
}

// until looks every millisecond whether something is so.
func until(so func() bool) {
	tick := time.NewTicker(time.Millisecond)
	defer tick.Stop()
	for !so() {
		<-tick.C
	}
}

// The higher priority goes first, and among equals who came first. With Ageing
// as much as a nanosecond, who came first has become more important by the time
// that others come.
func ExampleOrder_priorities() {
	work := func(name string, priority int) actors.Task {
		return actors.Task{Tag: name, Priority: priority}
	}
	tasks := []actors.Task{work("backup", -1), work("report", 0), work("alarm", 5), work("invoice", 0)}
	queue(runtime.Order{}, tasks...)
	queue(runtime.Order{Ageing: time.Nanosecond}, tasks...)
	// Output:
	// alarm report invoice backup
	// backup report alarm invoice
}

// Every key has its turn, however much another one has.
func ExampleOrder_fair() {
	of := func(key, name string) actors.Task { return actors.Task{Tag: name, Key: key} }
	tasks := []actors.Task{of("ann", "a1"), of("ann", "a2"), of("ann", "a3"), of("ann", "a4"), of("bob", "b1"), of("cy", "c1")}
	queue(runtime.Order{}, tasks...)
	queue(runtime.Order{Fair: true}, tasks...)
	// Output:
	// a1 a2 a3 a4 b1 c1
	// a1 b1 c1 a2 a3 a4
}

// The tasks of a key go to one worker, which may keep something for them.
func ExampleOrder_sticky() {
	rt, err := runtime.New(runtime.Options{})
	if err != nil {
		log.Fatal(err)
	}
	ctx := context.Background()
	defer rt.Shutdown(ctx)
	pool, err := rt.StartPool(ctx, runtime.PoolSpec{
		Command: runtime.Worker("echo"), Size: 3, Order: runtime.Order{Sticky: true},
	})
	if err != nil {
		log.Fatal(err)
	}
	for _, user := range []string{"ann", "bob"} {
		workers := map[int]bool{}
		for range 20 {
			result, err := pool.Submit(ctx, actors.Task{Key: user, Payload: []byte("hello")})
			if err != nil {
				log.Fatal(err)
			}
			workers[result.Worker] = true
		}
		fmt.Println(user, "had", len(workers), "worker")
	}
	// Output:
	// ann had 1 worker
	// bob had 1 worker
}
