package actors

import (
	"fmt"
	"syscall"
	"time"
)

// Reason says in one word why an incarnation ended.
type Reason uint8

// The reasons. The zero value is not a reason.
const (
	// ReasonExited: the process exited by itself, with any code.
	ReasonExited Reason = iota + 1
	// ReasonSignalled: a signal that brood did not send ended it.
	ReasonSignalled
	// ReasonStopped: it was asked to stop (by Stop, by a shutdown), and the
	// Stop named no other reason.
	ReasonStopped
	// ReasonStartFailed: there never was a process.
	ReasonStartFailed
	// ReasonNotReady: it ran but was not ready in time and was killed.
	ReasonNotReady
	// ReasonProtocol: what it said on the wire was not the protocol, and it
	// was killed.
	ReasonProtocol
	// ReasonUnresponsive: it did not react to a cancel in time and was ended by
	// INT, TERM or KILL.
	ReasonUnresponsive
	// ReasonPanic: the actor that owned it panicked, and the tree was killed.
	ReasonPanic
	// ReasonTimedOut: its time was over and it was stopped.
	ReasonTimedOut
	// ReasonCancelled: who waited for it left and it was stopped.
	ReasonCancelled
	// ReasonOutputLimit: it printed more than it may and was killed.
	ReasonOutputLimit
	// ReasonOutOfMemory: it did not end with success, and the kernel had killed
	// a process of its tree for reaching the memory limit.
	ReasonOutOfMemory
	// ReasonGaveUp: a supervisor saw too many failures; Err tells them.
	ReasonGaveUp
	// ReasonShutdown: a supervisor ended itself because its significant children
	// had ended.
	ReasonShutdown
	// ReasonUnhealthy: a check of its health failed too often, and it was ended.
	// Exit.Err is a *health.UnhealthyError that names the check, what it saw and
	// how often.
	ReasonUnhealthy
	// ReasonResourceLimit: its tree used more than a limit of its owner's allows,
	// and it was stopped to be started again. Err says which.
	ReasonResourceLimit
	// ReasonZygoteEnded: the zygote that it was a fork of ended, and it was killed
	// then. Its own code and signal are not known.
	ReasonZygoteEnded
)

var reasonWords = [...]string{
	0:                  "unknown",
	ReasonExited:       "exited",
	ReasonSignalled:    "signalled",
	ReasonStopped:      "stopped",
	ReasonStartFailed:  "start failed",
	ReasonNotReady:     "not ready",
	ReasonProtocol:     "protocol error",
	ReasonUnresponsive: "unresponsive",
	ReasonPanic:        "panic",
	ReasonTimedOut:     "timed out",
	ReasonCancelled:    "cancelled",
	ReasonOutputLimit:  "output limit",
	ReasonOutOfMemory:  "out of memory",
	ReasonGaveUp:       "gave up",
	ReasonShutdown:     "shut itself down",
	ReasonUnhealthy:    "unhealthy",

	ReasonResourceLimit: "resource limit",
	ReasonZygoteEnded:   "zygote ended",
}

// String returns the reason in lower-case words.
func (r Reason) String() string {
	if int(r) < len(reasonWords) {
		return reasonWords[r]
	}
	return reasonWords[0]
}

// Exit tells how one incarnation ended.
type Exit struct {
	Reason Reason
	// Code is the exit code, or -1 if a signal ended the process or it never
	// started.
	Code int
	// Signal is the signal that ended the process, or 0.
	Signal syscall.Signal
	// CoreDumped says that the kernel wrote a core file.
	CoreDumped bool
	// PID is the OS process id, or 0 if the process never started.
	PID int
	// Started and Ended bound the process's life. Both are zero if it never
	// started.
	Started, Ended time.Time
	// UserTime and SystemTime are the CPU time of the process and of the
	// descendants that it waited for.
	UserTime, SystemTime time.Duration
	// MaxRSSBytes is the process's peak resident memory; 0 where the platform
	// does not tell.
	MaxRSSBytes int64
	// StderrTail is the last part of what it wrote to stderr (on a terminal:
	// to the terminal), at most 4 KiB.
	StderrTail []byte
	// OutputIncomplete says that output was cut off when the drain time was
	// over: a descendant still held it open, or the child was stopped and its
	// consumer was too slow.
	OutputIncomplete bool
	// HeldBy are the processes that held an output open when it was cut off, as
	// far as they could be told.
	HeldBy []int
	// StdoutDropped and StderrDropped count the bytes of the output that did not
	// reach its consumer: because it was too slow and slow consumers are dropped
	// for, because it had closed its reader, or because output was cut off
	// before it had taken what waited for it. What the consumer got, what was
	// dropped and what was never read add up to what the process printed.
	StdoutDropped, StderrDropped uint64
	// Survivors are processes of the child's tree that were still there some
	// time after they had been killed. Nil: none, as far as containment reaches.
	Survivors []int
	// Containment is how far that is: the word of the level that the child was
	// started at, empty if it never started.
	Containment string
	// Err is the cause, where there is more to say than the other fields do:
	// why it could not be started, what was wrong with what it said on the
	// wire, what a supervisor gave up for (its Down matches ErrGaveUp). Else
	// nil.
	Err error
}

// WallTime is how long the process lived; 0 if it never started.
func (e Exit) WallTime() time.Duration { return e.Ended.Sub(e.Started) }

// Success reports whether the process exited by itself with code 0.
func (e Exit) Success() bool { return e.Reason == ReasonExited && e.Code == 0 }

// String tells the exit in a few words, as in "exit code 3" or
// "signal: killed (protocol error: bad frame kind 9)". It names survivors, and
// the level of containment that let them be.
func (e Exit) String() string {
	if e.Reason == ReasonStartFailed || e.PID == 0 {
		return e.because() // there was no process, so the reason is all there is
	}
	how := fmt.Sprintf("exit code %d", e.Code)
	if e.Signal != 0 {
		how = "signal: " + e.Signal.String()
	}
	if e.CoreDumped {
		how += " (core dumped)"
	}
	if e.Reason != ReasonExited && e.Reason != ReasonSignalled {
		how += " (" + e.because() + ")"
	}
	if len(e.Survivors) > 0 {
		how += fmt.Sprintf("; left behind: %v (containment: %s)", e.Survivors, e.Containment)
	}
	return how
}

// because returns the reason and, if it is a reason that has one, its cause.
func (e Exit) because() string {
	if e.Err == nil || e.Reason == ReasonExited || e.Reason == ReasonSignalled {
		return e.Reason.String()
	}
	return e.Reason.String() + ": " + e.Err.Error()
}
