//go:build unix

package ptyio

import "golang.org/x/sys/unix"

// rlimits are the resources in the order of their constants.
var rlimits = [...]struct {
	name   string
	number int
}{
	OpenFiles - 1:    {"open files", unix.RLIMIT_NOFILE},
	Processes - 1:    {"processes", unix.RLIMIT_NPROC},
	CPUSeconds - 1:   {"processor seconds", unix.RLIMIT_CPU},
	AddressSpace - 1: {"address space", unix.RLIMIT_AS},
	Data - 1:         {"data", unix.RLIMIT_DATA},
	Stack - 1:        {"stack", unix.RLIMIT_STACK},
	FileSize - 1:     {"file size", unix.RLIMIT_FSIZE},
	CoreSize - 1:     {"core size", unix.RLIMIT_CORE},
	LockedMemory - 1: {"locked memory", unix.RLIMIT_MEMLOCK},
}
