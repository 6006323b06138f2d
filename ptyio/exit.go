package ptyio

import (
	"fmt"
	"syscall"
	"time"
)

// Exit tells how a child ended and what it used.
type Exit struct {
	// Code is the exit code, or -1 if a signal ended the child.
	Code int
	// Signal is the signal that ended the child, or 0.
	Signal syscall.Signal
	// CoreDumped says that the kernel wrote a core file.
	CoreDumped bool
	// Started and Ended bound the child's life.
	Started, Ended time.Time
	// UserTime and SystemTime are the CPU time of the child and of the
	// descendants that it waited for.
	UserTime, SystemTime time.Duration
	// MaxRSSBytes is the peak resident memory of the largest of these
	// processes; 0 where the platform does not tell.
	MaxRSSBytes int64
	// OutOfMemory says that the kernel killed a process of the tree because it
	// reached CgroupLimits.MemoryBytes.
	OutOfMemory bool
	// Survivors are processes of the tree that were still there some time after
	// they had been killed, as one that hangs in the kernel. Nil is the proof
	// that there are none, as far as the level of containment reaches. A -1 stands
	// for what could not be found out, because for two seconds no descriptor was
	// left to look with.
	Survivors []int
}

// Success reports whether the child exited with code 0.
func (e Exit) Success() bool { return e.Code == 0 && e.Signal == 0 }

// String tells the exit in a few words: "exit code 3", "signal: killed",
// "signal: aborted (core dumped)".
func (e Exit) String() string {
	if e.Signal == 0 {
		return fmt.Sprintf("exit code %d", e.Code)
	}
	if e.CoreDumped {
		return fmt.Sprintf("signal: %v (core dumped)", e.Signal)
	}
	return fmt.Sprintf("signal: %v", e.Signal)
}
