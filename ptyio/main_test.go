package ptyio_test

import (
	"os"
	"testing"

	"brood/ptyio/ptyiotest"
	"brood/tests/leak"
)

// TestMain runs the tests, or, in a child that a test started, one helper or
// one role of the conformance test.
func TestMain(m *testing.M) {
	ptyiotest.RunRole()
	if name := os.Getenv(helperName); name != "" {
		runHelper(name)
		return
	}
	os.Exit(leak.Run(m))
}
