package pool

import (
	"time"

	"github.com/HdrHistogram/hdrhistogram-go"
)

// What a histogram tells apart: from a microsecond to an hour, to 1 in 100.
const (
	histogramLeast  = time.Microsecond
	histogramMost   = time.Hour
	histogramDigits = 2
)

// Times is how long something took, over all that was counted. The percentiles
// are right to one in a hundred; what took more than an hour counts as that.
type Times struct {
	// Count is how often it happened; the rest is zero if it did not.
	Count               int64
	Mean, P50, P95, P99 time.Duration
	Max                 time.Duration
}

// histogram counts durations. The zero value is empty and has no memory yet. It is
// the one place that knows the library.
type histogram struct{ counts *hdrhistogram.Histogram }

func (h *histogram) record(d time.Duration) {
	if h.counts == nil {
		h.counts = hdrhistogram.New(int64(histogramLeast), int64(histogramMost), histogramDigits)
	}
	// It is within the bounds, which is all that the error is about.
	_ = h.counts.RecordValue(int64(min(max(d, 0), histogramMost)))
}

func (h *histogram) times() Times {
	if h.counts == nil {
		return Times{}
	}
	at := func(percentile float64) time.Duration { return time.Duration(h.counts.ValueAtPercentile(percentile)) }
	return Times{
		Count: h.counts.TotalCount(), Mean: time.Duration(h.counts.Mean()),
		P50: at(50), P95: at(95), P99: at(99), Max: time.Duration(h.counts.Max()),
	}
}
