package runtime_test

import (
	"context"
	"errors"
	"fmt"
	"log"
	"math"
	"time"

	"brood/actors"
	"brood/runtime"
	"brood/runtime/worker"
)

// Point is a request, Polar the response.
type Point struct{ X, Y float64 }

type Polar struct{ Radius, Angle float64 }

// serveTyped is what main does in the worker named "polar".
func serveTyped() error {
	return worker.Serve(worker.Handle(func(ctx context.Context, p Point) (Polar, error) {
		if p == (Point{}) {
			return Polar{}, errors.New("the origin has no angle")
		}
		return Polar{Radius: math.Hypot(p.X, p.Y), Angle: math.Atan2(p.Y, p.X)}, nil
	}))
}

func ExampleMethod_Call() {
	rt, err := runtime.New(runtime.Options{})
	if err != nil {
		log.Fatal(err)
	}
	ctx := context.Background()
	defer rt.Shutdown(ctx)
	pool, err := rt.StartPool(ctx, runtime.PoolSpec{Command: runtime.Worker("polar"), Size: 1})
	if err != nil {
		log.Fatal(err)
	}
	toPolar := runtime.Method[Point, Polar]{To: pool, Task: actors.Task{RunTimeout: time.Minute, Repeatable: true}}

	polar, err := toPolar.Call(ctx, Point{X: 0, Y: 2})
	fmt.Printf("%.2f %v\n", polar, err)

	// An error of the worker's function is an error here.
	_, err = toPolar.Call(ctx, Point{})
	fmt.Println(err, errors.Is(err, actors.ErrTaskFailed))

	// What cannot be put into a payload, or taken out of one, says so.
	_, err = toPolar.Call(ctx, Point{X: math.NaN()})
	var bad *runtime.CodecError
	fmt.Println(errors.As(err, &bad), err)
	_, err = runtime.Call[string, Polar](ctx, pool, "here")
	fmt.Println(err)
	_, err = runtime.Call[Point, int](ctx, pool, Point{X: 1})
	fmt.Println(err)
	// Output:
	// {2.00 1.57} <nil>
	// task failed: the origin has no angle true
	// true encode runtime_test.Point: json: unsupported value: NaN
	// task failed: decode runtime_test.Point: json: cannot unmarshal string into Go value of type runtime_test.Point
	// decode int: json: cannot unmarshal object into Go value of type int
}
