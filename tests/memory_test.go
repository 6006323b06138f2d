package tests

import (
	"runtime"
	"testing"
	"time"
)

// heap returns how many bytes are in use after a collection.
func heap() uint64 {
	runtime.GC()
	return allocated()
}

func allocated() uint64 {
	var stats runtime.MemStats
	runtime.ReadMemStats(&stats)
	return stats.HeapAlloc
}

// watchHeap samples the heap until stop, which returns the most that it saw.
func watchHeap(t *testing.T) (before uint64, stop func() uint64) {
	t.Helper()
	before = heap()
	quit, peak := make(chan struct{}), make(chan uint64)
	go func() {
		ticker := time.NewTicker(10 * time.Millisecond)
		defer ticker.Stop()
		most := before
		for {
			select {
			case <-ticker.C:
				most = max(most, allocated())
			case <-quit:
				peak <- most
				return
			}
		}
	}()
	return before, func() uint64 { close(quit); return <-peak }
}
