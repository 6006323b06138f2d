package runtime_test

import (
	"context"
	"fmt"
	"log"
	"os"
	"syscall"
	"time"

	"brood/runtime"
)

// Ctrl-C ends the children in order, a second one at once; then the program
// tells its caller, as a shell would have it.
func ExampleRuntime_HandleSignals() {
	rt, err := runtime.New(runtime.Options{ShutdownTimeout: 10 * time.Second})
	if err != nil {
		log.Fatal(err)
	}
	rt.HandleSignals()

	// ... start children, and work until done or until rt.Stopping().

	err = rt.Shutdown(context.Background())
	if sig, ok := rt.Signalled().(syscall.Signal); ok {
		os.Exit(128 + int(sig))
	}
	if err != nil {
		log.Fatal(err)
	}
}

// Shutdown leaves nothing behind, and nothing can be started after it.
func ExampleRuntime_Shutdown() {
	rt, err := runtime.New(runtime.Options{})
	if err != nil {
		log.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel() // by then it has ended, in order or not
	self := runtime.Worker("echo")
	if _, err := rt.StartPool(ctx, runtime.PoolSpec{Command: self}); err != nil {
		log.Fatal(err)
	}

	fmt.Println(rt.Shutdown(ctx))
	_, err = rt.StartPool(ctx, runtime.PoolSpec{Command: self})
	fmt.Println(err)
	// Output:
	// <nil>
	// runtime: stopping
}
