package health

import (
	"time"

	"brood/ptyio"
)

// Unknown is the value of a number in a Sample that could not be found out.
// Zero is a value.
const Unknown = ptyio.Unknown

// Sample is what a child's tree, the child itself and all that it has started,
// as far as its level of containment reaches, used up to a moment. Counts begin
// with the incarnation. A number that cannot be had is Unknown.
type Sample struct {
	// Incarnation is the child's, and PID the process id of that.
	Incarnation uint32
	PID         int
	// At is when the sample was taken, and Age how long the child had run then.
	At  time.Time
	Age time.Duration

	// CPU is processor time, that of processes which have ended included. Where
	// the tree has a cgroup it is the kernel's own sum. Else it is in steps of
	// 10 ms for each process, and what is missing is the time that a process used
	// after the last sample before its end, if it was not a process of the tree
	// that waited for it. It never goes back.
	CPU time.Duration
	// CPUPercent is the processor time since the sample before, in percent of
	// one core: 200 is two cores. Unknown in the first sample.
	CPUPercent float64
	// MemoryBytes is what the processes have resident. What several of them
	// share counts for each. Where the tree has a cgroup with a memory controller
	// it is the kernel's sum, in which shared memory counts once and caches
	// count, too.
	MemoryBytes int64
	// PeakBytes is the most that MemoryBytes was: with a memory controller
	// exactly, else in samples, and at least the peak of its largest process.
	PeakBytes int64
	// Processes and Threads are how many the tree has that run.
	Processes, Threads int

	// The rest takes longer to find out and is looked at in the first sample,
	// every DetailEvery samples, and in each sample of a child with a Limit on
	// descriptors. DetailAt is when that was, at or before At.
	DetailAt time.Time
	// Descriptors is how many the processes have open together.
	Descriptors int
	// ReadBytes and WrittenBytes are what went from and to storage; caches,
	// pipes and sockets are not in it. What of it was done by a process that has
	// ended is there as far as CPU would be.
	ReadBytes, WrittenBytes int64
	// Switches is how often a thread was taken off a processor, because it
	// waited or because another one's turn had come. What threads did after the
	// last look before their end is missing.
	Switches int64
}

// DetailEvery is how many samples a look at the details serves.
const DetailEvery = 10
