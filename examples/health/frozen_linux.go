package main

import (
	"time"

	"brood/runtime"
)

// frozen finds out what was stopped by a signal.
func frozen() []runtime.Check {
	return []runtime.Check{{Probe: runtime.KernelProbe{}, Interval: 200 * time.Millisecond, Failures: 2}}
}
