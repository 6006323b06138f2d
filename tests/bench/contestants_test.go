package bench

import "context"

// submitter is a pool under measurement.
type submitter interface {
	// Submit returns what a child answers to payload. Safe for concurrent use.
	Submit(ctx context.Context, payload []byte) ([]byte, error)
	// Close ends the children and waits for them. No Submit may be under way.
	Close() error
}

// contestant is a kind of pool. The first of contestants is the baseline that
// the others are compared with.
type contestant struct {
	name  string
	start func(workers int) (submitter, error)
}

var contestants = []contestant{
	{baselineName, newBaseline},
	{"brood", newBrood(1)},
	{"brood-prefetch=16", newBrood(16)},
	{"brood-prefetch=256", newBrood(256)},
}

// shape is a number of goroutines that submit one task after the other.
type shape struct {
	name    string
	callers int
}

var shapes = []shape{
	{"outstanding=1", 1},
	{"outstanding=64", 64},
	{"queued=5000", 5000},
}

const (
	workers      = 4
	payloadBytes = 100
)
