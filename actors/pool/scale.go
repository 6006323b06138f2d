package pool

import (
	"fmt"
	"time"
)

// Defaults of a Scale and a Recycle.
const (
	DefaultUpAfter     = 100 * time.Millisecond
	DefaultDownAfter   = 30 * time.Second
	DefaultGrowthTasks = 100
)

// Scale says how many workers a pool has when that is not fixed. The zero value
// means that it is.
type Scale struct {
	// Min and Max bound how many workers there are, without those that are being
	// replaced. Min is at least 1, Max at most MaxSize.
	Min, Max int
	// UpAfter is how long a task waits in the queue for one more worker to be
	// started, and then for the next one. Zero means 100 ms.
	UpAfter time.Duration
	// DownAfter is how long a worker holds no task until there is one less. Zero
	// means 30 s.
	DownAfter time.Duration
	// Spares is how many workers are kept ready beside those that work, as far as
	// Max allows: they take over at once what comes, and the work of one that died.
	Spares int
}

// IsZero reports whether nothing is set.
func (s Scale) IsZero() bool { return s == Scale{} }

// Start is how many workers a pool begins with.
func (s Scale) Start() int { return min(max(s.Min, s.Spares), s.Max) }

func (s Scale) withDefaults() Scale {
	if s.UpAfter == 0 {
		s.UpAfter = DefaultUpAfter
	}
	if s.DownAfter == 0 {
		s.DownAfter = DefaultDownAfter
	}
	return s
}

// elastic reports whether the size can change by itself.
func (s Scale) elastic() bool { return s.Min < s.Max }

func (s Scale) faults() (faults []error) {
	fault := faultsOf(&faults)
	if s.IsZero() {
		return nil
	}
	fault(s.Min < 1, "Scale.Min is %d, want at least 1", s.Min)
	fault(s.Max < s.Min, "Scale.Max is %d, less than Min, which is %d", s.Max, s.Min)
	fault(s.Max > MaxSize, "Scale.Max is %d, want at most %d", s.Max, MaxSize)
	fault(s.Spares < 0, "Scale.Spares is %d", s.Spares)
	fault(s.UpAfter < 0, "Scale.UpAfter is %s", s.UpAfter)
	fault(s.DownAfter < 0, "Scale.DownAfter is %s", s.DownAfter)
	return faults
}

// Recycle says when a worker is replaced by a new one though it works well. That
// is always done between tasks: the new one is started first, and the old one
// ends when it holds no task. The zero value means never.
type Recycle struct {
	// AfterTasks is how many tasks a worker takes.
	AfterTasks int
	// AfterAge is how long it runs. Jitter is the most that is added to it, by
	// chance and for each worker anew, so that those that were started together are
	// not replaced together.
	AfterAge, Jitter time.Duration
	// AfterIdle is how long it holds no task after it has held one.
	AfterIdle time.Duration
	// MemoryBytes is how much memory its tree uses, and GrowthBytes how much more
	// than when it had taken its first GrowthTasks tasks (zero: 100), which is what
	// a leak looks like: AfterTasks must be more, if it is set. Both are looked at
	// once in Options.SampleInterval, on systems where samples can be taken.
	MemoryBytes, GrowthBytes int64
	GrowthTasks              int
}

// Samples reports whether the use of memory is to be sampled for it.
func (r Recycle) Samples() bool { return r.MemoryBytes > 0 || r.GrowthBytes > 0 }

func (r Recycle) withDefaults() Recycle {
	if r.GrowthTasks == 0 {
		r.GrowthTasks = DefaultGrowthTasks
	}
	return r
}

func (r Recycle) faults() (faults []error) {
	fault := faultsOf(&faults)
	fault(r.AfterTasks < 0, "Recycle.AfterTasks is %d", r.AfterTasks)
	fault(r.AfterAge < 0, "Recycle.AfterAge is %s", r.AfterAge)
	fault(r.Jitter < 0, "Recycle.Jitter is %s", r.Jitter)
	fault(r.Jitter > 0 && r.AfterAge == 0, "Recycle.Jitter is set and AfterAge is not")
	fault(r.AfterIdle < 0, "Recycle.AfterIdle is %s", r.AfterIdle)
	fault(r.MemoryBytes < 0, "Recycle.MemoryBytes is %d", r.MemoryBytes)
	fault(r.GrowthBytes < 0, "Recycle.GrowthBytes is %d", r.GrowthBytes)
	fault(r.GrowthTasks < 0, "Recycle.GrowthTasks is %d", r.GrowthTasks)
	fault(r.GrowthTasks > 0 && r.GrowthBytes == 0, "Recycle.GrowthTasks is set and GrowthBytes is not")
	first := r.withDefaults().GrowthTasks
	fault(r.GrowthBytes > 0 && r.AfterTasks > 0 && r.AfterTasks <= first,
		"Recycle.GrowthBytes counts from %d tasks on, which AfterTasks %d does not allow for", first, r.AfterTasks)
	return faults
}

func faultsOf(faults *[]error) func(bad bool, format string, args ...any) {
	return func(bad bool, format string, args ...any) {
		if bad {
			*faults = append(*faults, fmt.Errorf("pool: "+format, args...))
		}
	}
}
