package runtime_test

import (
	"context"
	"fmt"
	"log"
	"maps"
	"slices"

	"brood/runtime"
)

func ExampleMethod_Map() {
	rt, err := runtime.New(runtime.Options{})
	if err != nil {
		log.Fatal(err)
	}
	ctx := context.Background()
	defer rt.Shutdown(ctx)
	pool, err := rt.StartPool(ctx, runtime.PoolSpec{Command: runtime.Worker("polar"), Size: 2})
	if err != nil {
		log.Fatal(err)
	}
	toPolar := runtime.Method[Point, Polar]{To: pool}

	// In the order of the requests. One that fails does not stop the others.
	points := slices.Values([]Point{{3, 4}, {0, 0}, {-1, 0}})
	for polar, err := range toPolar.Map(ctx, points, runtime.MapOptions{}) {
		fmt.Printf("%.2f %v\n", polar, err)
	}

	// As they are ready, of a sequence that never ends, until it is enough.
	endless := func(yield func(Point) bool) {
		for x := 1.0; yield(Point{X: x}); x++ {
		}
	}
	seen := map[float64]bool{}
	for polar, err := range toPolar.Map(ctx, endless, runtime.MapOptions{Concurrency: 4, AsCompleted: true}) {
		if err != nil {
			log.Fatal(err)
		}
		if seen[polar.Radius] = true; len(seen) == 1000 {
			break // what is under way is cancelled
		}
	}
	fmt.Println("at most", 1000+4, "were taken:", slices.Max(slices.Collect(maps.Keys(seen))) <= 1003)
	// Output:
	// {5.00 0.93} <nil>
	// {0.00 0.00} request 1: task failed: the origin has no angle
	// {1.00 3.14} <nil>
	// at most 1004 were taken: true
}
