package tests

import (
	"os"
	"testing"

	"brood/runtime/worker"
	"brood/tests/leak"
)

// TestMain makes the test binary a child, if it was started as one, and runs
// the tests otherwise.
func TestMain(m *testing.M) {
	if role := roles[worker.Name()]; role != nil {
		role()
		os.Exit(0)
	}
	os.Exit(leak.Run(m))
}
