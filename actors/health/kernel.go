package health

import (
	"bytes"
	"context"
	"fmt"
	"strconv"
)

// Condition is what the kernel says of a process: whether it can run at all.
type Condition uint8

// The conditions.
const (
	// NotKnown: the system does not tell, or the process has ended.
	NotKnown Condition = iota
	// Running: it runs, or waits for something.
	Running
	// Stopped: a signal (SIGSTOP, SIGTSTP) has stopped it.
	Stopped
	// Traced: a debugger has stopped it.
	Traced
	// Waiting: it is in a wait that no signal ends, as for a disk. That is
	// normal for a moment.
	Waiting
	// Stuck: it has been in the same such wait for two looks in a row.
	Stuck
)

var conditionWords = [...]string{"not known", "running", "stopped by a signal", "stopped by a debugger",
	"in an uninterruptible wait", "stuck in the kernel"}

// String returns the condition in words.
func (c Condition) String() string { return conditionWords[min(int(c), len(conditionWords)-1)] }

// Halted reports whether the process does not run, and does not follow a request
// to end before it does again.
func (c Condition) Halted() bool { return c == Stopped || c == Traced || c == Stuck }

// Kernel asks the kernel whether the child can run at all: it fails if the child
// was stopped, or if it is in the same uninterruptible wait at two probes in a
// row. Only the child itself is looked at, not what it started. Linux only.
type Kernel struct{ onlyCheck }

var _ Probe = Kernel{}

// Validate returns an error that matches errors.ErrUnsupported on other systems
// than Linux.
func (p Kernel) Validate() error { return kernelSupport() }

// Open prepares to look at one incarnation.
func (p Kernel) Open(child *Child) func(context.Context) error {
	var last kernelStat
	return func(context.Context) error {
		now, err := readKernelStat(child.PID)
		if err != nil {
			return err
		}
		condition := now.since(last)
		last = now
		if condition.Halted() {
			return fmt.Errorf("%s: %w", condition, ErrUnresponsive)
		}
		return nil
	}
}

// ConditionOf asks the kernel, once: it cannot tell Stuck. A process that is not
// there, and every one on other systems than Linux, is NotKnown.
func ConditionOf(pid int) Condition {
	now, err := readKernelStat(pid)
	if err != nil {
		return NotKnown
	}
	return now.condition()
}

// kernelStat is what proc_pid_stat(5) tells. Two looks at a process that is
// stuck are equal: it gets no time and no page, and does not go from one wait to another.
type kernelStat struct {
	state           byte
	parent, session int
	minor, major    uint64 // page faults
	user, system    uint64 // ticks
	switches        uint64 // how often it went to wait; known of one that waits in the kernel
}

func (k kernelStat) condition() Condition {
	switch k.state {
	case 'T':
		return Stopped
	case 't':
		return Traced
	case 'D':
		return Waiting
	case 'R', 'S', 'I':
		return Running
	}
	return NotKnown
}

// since is the condition of a process that was last at the look before.
func (k kernelStat) since(last kernelStat) Condition {
	if c := k.condition(); c != Waiting || k != last {
		return c
	}
	return Stuck
}

// parseKernelStat reads the fields behind the name, which is in parentheses and
// may itself hold anything.
func parseKernelStat(content []byte) (k kernelStat, ok bool) {
	end := bytes.LastIndexByte(content, ')')
	fields := bytes.Fields(content[end+1:])
	if end < 0 || len(fields) < 13 || len(fields[0]) != 1 {
		return k, false
	}
	k.state = fields[0][0]
	for i, n := range map[int]*int{1: &k.parent, 3: &k.session} {
		*n, _ = strconv.Atoi(string(fields[i])) // never anything but a number
	}
	for i, n := range map[int]*uint64{7: &k.minor, 9: &k.major, 11: &k.user, 12: &k.system} {
		*n, _ = strconv.ParseUint(string(fields[i]), 10, 64)
	}
	return k, true
}

// switchesIn returns the number of voluntary context switches that
// proc_pid_status(5) tells.
func switchesIn(status []byte) (n uint64) {
	_, rest, _ := bytes.Cut(status, []byte("\nvoluntary_ctxt_switches:"))
	line, _, _ := bytes.Cut(rest, []byte("\n"))
	n, _ = strconv.ParseUint(string(bytes.TrimSpace(line)), 10, 64)
	return n
}
