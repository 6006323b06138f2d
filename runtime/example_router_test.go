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

// shards starts a few echoing processes, the members of the examples' routers.
func shards(ctx context.Context, rt *runtime.Runtime, n int) []runtime.Member {
	var members []runtime.Member
	for range n {
		p, err := rt.Start(ctx, runtime.ProcessSpec{Command: runtime.Worker("echo"), Protocol: runtime.Wire{}})
		if err != nil {
			log.Fatal(err)
		}
		members = append(members, p)
	}
	return members
}

func ExampleRuntime_StartRouter() {
	rt, err := runtime.New(runtime.Options{})
	if err != nil {
		log.Fatal(err)
	}
	ctx := context.Background()
	defer rt.Shutdown(ctx)
	router, err := rt.StartRouter(runtime.RouterSpec{
		Members: shards(ctx, rt, 2),
		Policy:  runtime.ConsistentHash{}, // the same key goes to the same process
	})
	if err != nil {
		log.Fatal(err)
	}
	first, err := router.Submit(ctx, actors.Task{Key: "ann", Payload: []byte("hello")})
	if err != nil {
		log.Fatal(err)
	}
	second, err := router.Submit(ctx, actors.Task{Key: "ann", Payload: []byte("again")})
	fmt.Printf("%s %s %v %v\n", first.Payload, second.Payload, first.Worker == second.Worker, err)
	// Output:
	// hello again true <nil>
}

func ExampleBroadcast() {
	rt, err := runtime.New(runtime.Options{})
	if err != nil {
		log.Fatal(err)
	}
	ctx := context.Background()
	defer rt.Shutdown(ctx)
	router, err := rt.StartRouter(runtime.RouterSpec{Members: shards(ctx, rt, 3), Policy: runtime.Broadcast{}})
	if err != nil {
		log.Fatal(err)
	}
	result, err := router.Submit(ctx, actors.Task{Payload: []byte("reload")})
	fmt.Println(result.Gathered.Succeeded, err)
	for _, answer := range result.Gathered.Answers {
		fmt.Printf("%s %v\n", answer.Result.Payload, answer.Result.Err)
	}

	_, err = router.Submit(ctx, actors.Task{Payload: []byte("fail")})
	fmt.Println(err, errors.Is(err, actors.ErrNoQuorum))
	// Output:
	// 3 <nil>
	// reload <nil>
	// reload <nil>
	// reload <nil>
	// no quorum: 3 of 3 members had to succeed, 3 failed: task failed: out of cheese true
}

func ExampleScatter() {
	rt, err := runtime.New(runtime.Options{})
	if err != nil {
		log.Fatal(err)
	}
	ctx := context.Background()
	defer rt.Shutdown(ctx)
	router, err := rt.StartRouter(runtime.RouterSpec{
		Members: shards(ctx, rt, 3),
		Policy:  runtime.Scatter{Of: 3, Need: runtime.Quorum(2)},
	})
	if err != nil {
		log.Fatal(err)
	}
	result, err := router.Submit(ctx, actors.Task{Payload: []byte("vote")})
	fmt.Printf("%s %d of %d %v\n", result.Payload, result.Gathered.Succeeded, len(result.Gathered.Answers), err)
	// Output:
	// vote 2 of 3 <nil>
}

func ExampleHedge() {
	rt, err := runtime.New(runtime.Options{})
	if err != nil {
		log.Fatal(err)
	}
	ctx := context.Background()
	defer rt.Shutdown(ctx)
	router, err := rt.StartRouter(runtime.RouterSpec{
		Members: shards(ctx, rt, 2),
		Policy:  runtime.Hedge{After: 20 * time.Millisecond},
	})
	if err != nil {
		log.Fatal(err)
	}
	// If the first process has not answered after as long as 95 of 100 tasks took
	// lately, or at first after 20 ms, the second is asked, too.
	result, err := router.Submit(ctx, actors.Task{Payload: []byte("quick"), Repeatable: true})
	fmt.Printf("%s %v\n", result.Payload, err)
	// Output:
	// quick <nil>
}

// ExampleRouter_Add shows members that come and go, and a router without any.
func ExampleRouter_Add() {
	rt, err := runtime.New(runtime.Options{})
	if err != nil {
		log.Fatal(err)
	}
	ctx := context.Background()
	defer rt.Shutdown(ctx)
	router, err := rt.StartRouter(runtime.RouterSpec{WhenEmpty: runtime.EmptyRefuses})
	if err != nil {
		log.Fatal(err)
	}
	_, err = router.Submit(ctx, actors.Task{Payload: []byte("anybody?")})
	fmt.Println(err)

	pool, err := rt.StartPool(ctx, runtime.PoolSpec{Command: runtime.Worker("echo"), Size: 1})
	if err != nil {
		log.Fatal(err)
	}
	if err := router.Add(pool); err != nil {
		log.Fatal(err)
	}
	result, err := router.Submit(ctx, actors.Task{Payload: []byte("somebody")})
	fmt.Printf("%s %v\n", result.Payload, err)

	router.Remove(pool)
	_, err = router.Submit(ctx, actors.Task{Payload: []byte("and now?")})
	fmt.Println(errors.Is(err, actors.ErrNoMember))
	// Output:
	// no member can take the task
	// somebody <nil>
	// true
}
