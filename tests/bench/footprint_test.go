package bench

import (
	"runtime"
	"runtime/debug"
)

// footprint is what heap and stacks take after a collection.
func footprint() int64 {
	debug.FreeOSMemory() // collects, shrinks stacks, and gives spans back
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc + m.StackInuse)
}
