package tree

import "time"

// Unknown is the value of what could not be found out.
const Unknown = -1

// Tally is what a look at all processes found of one tree. Its fields are those
// of ptyio.Tally.
type Tally struct {
	// Found says that the rest holds.
	Found bool
	// Members are the processes of the tree, in the order of their ids. They are
	// valid until the next look.
	Members []Member
	Cgroup  CgroupUsage
}

// Member is one process of a tree. Its fields are those of ptyio.Member.
type Member struct {
	PID           int
	Started       uint64
	Ended         bool
	Threads       int
	CPU           time.Duration
	ReapedCPU     time.Duration
	ResidentBytes int64
	Detail        Detail
}

// Detail is what takes files of their own to find out. Its fields are those of
// ptyio.Detail.
type Detail struct {
	Looked                  bool
	PeakBytes               int64
	Descriptors             int
	ReadBytes, WrittenBytes int64
	Switches                int64
}

// CgroupUsage is what the kernel has counted of a whole cgroup. Its fields are
// those of ptyio.CgroupUsage.
type CgroupUsage struct {
	CPU                     time.Duration
	MemoryBytes             int64
	PeakBytes               int64
	ReadBytes, WrittenBytes int64
}

// unknownUsage is that of a tree without a cgroup of its own.
var unknownUsage = CgroupUsage{CPU: Unknown, MemoryBytes: Unknown, PeakBytes: Unknown, ReadBytes: Unknown, WrittenBytes: Unknown}
