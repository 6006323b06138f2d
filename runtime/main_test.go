package runtime_test

import (
	"context"
	"os"
	"strconv"
	"testing"

	"brood/runtime/worker"
	"brood/tests/leak"
)

func TestMain(m *testing.M) {
	switch worker.Name() {
	case "":
	case "shout":
		Example() // as a program that calls it from main would
	case "stream":
		worker.Exit(serveStreams())
	case "double":
		worker.Exit(worker.Serve(worker.Handle(func(ctx context.Context, n int) (int, error) {
			text, err := double(ctx, strconv.Itoa(n))
			doubled, _ := strconv.Atoi(text)
			return doubled, err
		})))
	case "polar":
		worker.Exit(serveTyped())
	case "journal":
		Example_setUpAndTearDown()
	default:
		worker.Exit(worker.Serve(handle))
	}
	// With the race detector a program waits a second before it exits, which
	// workers need not.
	os.Setenv("GORACE", "atexit_sleep_ms=0")
	os.Exit(leak.Run(m))
}
