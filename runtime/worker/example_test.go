package worker_test

import (
	"bytes"
	"context"

	"brood/runtime/worker"
)

// The program that owns the pool is its own worker: runtime.Worker("shout")
// executes it again, and main tells by the name what it is to be.
func ExampleServe() {
	if worker.Name() == "shout" {
		worker.Exit(worker.Serve(func(_ context.Context, payload []byte) ([]byte, error) {
			return bytes.ToUpper(payload), nil
		}))
	}
	// ... the program itself
}
