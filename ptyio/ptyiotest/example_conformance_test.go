//go:build unix

package ptyiotest_test

import (
	"sync/atomic"
	"testing"

	"brood/ptyio"
	"brood/ptyio/ptyiotest"
)

// Counted is a transport of one's own: pipes that count the starts.
type Counted struct{ Starts *atomic.Int64 }

// Start counts, and starts cmd on pipes.
func (c Counted) Start(cmd ptyio.Command) (ptyio.Conn, error) {
	c.Starts.Add(1)
	return ptyio.Pipes{}.Start(cmd)
}

// TestCounted is how a package tests its transport.
func TestCounted(t *testing.T) {
	var starts atomic.Int64
	ptyiotest.Conformance(t, ptyiotest.Subject{
		Transport: Counted{&starts},
		Missing:   ptyio.Command{Path: "/no/such/program"},
	})
	if starts.Load() == 0 {
		t.Error("nothing was started")
	}
}

// The test of a transport of one's own; TestMain calls RunRole before anything
// else, since the child of the test is the test binary again:
//
//	func TestMain(m *testing.M) {
//		ptyiotest.RunRole()
//		os.Exit(m.Run())
//	}
func ExampleConformance() {
	TestCounted := func(t *testing.T) {
		ptyiotest.Conformance(t, ptyiotest.Subject{
			Transport: Counted{new(atomic.Int64)},
			Missing:   ptyio.Command{Path: "/no/such/program"},
		})
	}
	_ = TestCounted // at the top level go test runs it
}
