//go:build unix

package runtime_test

import (
	"context"
	"fmt"
	"log"

	"brood/actors"
	"brood/runtime"
)

func ExampleRuntime_Start() {
	rt, err := runtime.New(runtime.Options{})
	if err != nil {
		log.Fatal(err)
	}
	ctx := context.Background()
	defer rt.Shutdown(ctx)

	cat, err := rt.Start(ctx, runtime.ProcessSpec{
		Command: runtime.Command{Path: "cat"},
		Restart: runtime.Transient, // started again if it fails, but not after exit code 0
		Output: func(stream actors.Stream, data []byte) {
			fmt.Printf("%s: %s", stream, data)
		},
	})
	if err != nil {
		log.Fatal(err)
	}
	if err := cat.Write(ctx, []byte("meow\n")); err != nil {
		log.Fatal(err)
	}
	if err := cat.CloseStdin(); err != nil {
		log.Fatal(err)
	}
	exit, err := cat.Wait(ctx)
	fmt.Println(exit, err, cat.Restarts())
	// Output:
	// stdout: meow
	// exit code 0 <nil> 0
}
