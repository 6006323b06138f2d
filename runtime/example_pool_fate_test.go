package runtime_test

import (
	"context"
	"errors"
	"fmt"
	"log"
	"time"

	"brood/actors"
	"brood/runtime"
)

// A task that kills its workers is set aside when it has killed as many as
// MaxAttempts. It can be looked at, run again by hand, or forgotten.
func ExamplePool_Poison() {
	rt, err := runtime.New(runtime.Options{})
	if err != nil {
		log.Fatal(err)
	}
	ctx := context.Background()
	defer rt.Shutdown(ctx)
	pool, err := rt.StartPool(ctx, runtime.PoolSpec{
		Command:       runtime.Worker("echo"), // main of the same program calls worker.Serve
		Size:          1,
		MaxAttempts:   2,
		RepeatBackoff: runtime.RepeatBackoff{Min: time.Millisecond},
	})
	if err != nil {
		log.Fatal(err)
	}

	_, err = pool.Submit(ctx, actors.Task{Payload: []byte("die"), Repeatable: true})
	fmt.Println(err)
	for _, task := range pool.Poison().Tasks {
		fmt.Printf("set aside: %s, %d exits\n", task.Task.Payload, len(task.Exits))
		_, err = pool.Rerun(ctx, task.ID)
		fmt.Println("again:", errors.Is(err, actors.ErrPoison))
		fmt.Println("forgotten:", pool.Forget(task.ID))
	}
	fmt.Println(len(pool.Poison().Tasks), "left")
	// Output:
	// task is poison: 2 workers died with it, the last: exit code 7
	// set aside: die, 2 exits
	// again: true
	// forgotten: true
	// 0 left
}
