package ptyio_test

import (
	"os"
	"testing"

	"brood/tests/leak"
)

// TestMain runs the tests, or, in a child that a test started, one helper.
func TestMain(m *testing.M) {
	if name := os.Getenv(helperName); name != "" {
		runHelper(name)
		return
	}
	os.Exit(leak.Run(m))
}
