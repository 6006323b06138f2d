package ptyio

import "math"

// User is whom a child runs as.
type User struct {
	// UID and GID are the user and the group. Neither may be 0: a child that is
	// to run as root is one whose owner does, and names no User.
	UID, GID uint32
	// Groups are the supplementary groups, in place of the owner's. Nil: none.
	Groups []uint32
}

// Resource is something that Limits bound, per process, as setrlimit(2) does.
type Resource uint8

// The resources. Sizes are in bytes.
const (
	OpenFiles    Resource = iota + 1 // descriptors (RLIMIT_NOFILE)
	Processes                        // processes and threads of the user (RLIMIT_NPROC); root has no bound
	CPUSeconds                       // processor time in seconds (RLIMIT_CPU)
	AddressSpace                     // virtual memory (RLIMIT_AS)
	Data                             // heap and other private memory (RLIMIT_DATA)
	Stack                            // stack of the main thread (RLIMIT_STACK)
	FileSize                         // of each file written (RLIMIT_FSIZE)
	CoreSize                         // of core files (RLIMIT_CORE)
	LockedMemory                     // memory kept from swapping (RLIMIT_MEMLOCK)
)

// Unlimited is the value of a Limit without a bound.
const Unlimited = math.MaxUint64

// Limit bounds one resource: Soft is in force, and the child may raise it up
// to Hard.
type Limit struct{ Soft, Hard uint64 }

// CgroupLimits bound a child's whole tree together. They need LevelCgroup and
// the controllers; where these are missing Start fails with ErrUnsupported.
type CgroupLimits struct {
	// MemoryBytes bounds the memory (memory.max). A tree that cannot stay below
	// it is killed, which its Exit tells as OutOfMemory. Zero: no bound.
	MemoryBytes int64
	// Processes bounds processes and threads (pids.max). Zero: no bound.
	Processes int
	// CPUPercent bounds processor time, in percent of one core (cpu.max). Zero:
	// no bound.
	CPUPercent int
}
