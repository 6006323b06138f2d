package tree

import "bytes"

// stat is what /proc/PID/stat tells of a process.
type stat struct {
	state   byte // Z and X are dead
	parent  int
	group   int
	session int
	started uint64 // in ticks since boot: with the id it names a process for good
	flags   uint64 // of the kernel
	threads int
	// environEnd is where its environment ends in its memory, 0 if it has none.
	// It is known of those whose environ file may be read, and changes with each
	// execve(2).
	environEnd uint64

	cpuTicks, reapedTicks uint64 // of itself, and of the children that it has reaped
	residentPages         uint64
}

// Where things are among the fields behind the name, which begin with field 3 of
// proc_pid_stat(5).
const (
	flags     = 9 - 3
	userTime  = 14 - 3 // then come: system, and both of reaped children
	threads   = 20 - 3
	startTime = 22 - 3
	resident  = 24 - 3
	envEnd    = 51 - 3

	kernelThread = 0x00200000 // PF_KTHREAD
	exiting      = 0x00000004 // PF_EXITING
)

// dead reports whether nothing of the process runs any more. A zombie alone is
// not the proof: its other threads may run on.
func (s stat) dead() bool { return (s.state == 'Z' || s.state == 'X') && s.threads <= 1 }

// leaderless reports whether the first thread has ended, or is about to and has
// given up its memory or will, and others have not.
func (s stat) leaderless() bool {
	return (s.state == 'Z' || s.flags&exiting != 0) && s.threads > 1
}

func statOf(pid int) (s stat, ok bool) {
	_ = readProc(pid, "stat", func(content []byte) { s, ok = parseStat(content) })
	return s, ok
}

// parseStat reads the fields behind the name, which is in parentheses and may
// itself hold anything. See proc_pid_stat(5).
func parseStat(content []byte) (s stat, ok bool) {
	end := bytes.LastIndexByte(content, ')')
	if end < 0 {
		return s, false
	}
	var f [envEnd + 1]uint64
	if s.state, ok = statFields(content[end+1:], f[:]); !ok {
		return s, false
	}
	s.parent, s.group, s.session = int(f[1]), int(f[2]), int(f[3])
	if s.parent < 0 || s.group < 0 || s.session < 0 {
		return s, false
	}
	s.started, s.flags, s.threads, s.environEnd = f[startTime], f[flags], int(f[threads]), f[envEnd]
	s.cpuTicks, s.reapedTicks = f[userTime]+f[userTime+1], f[userTime+2]+f[userTime+3]
	s.residentPages = f[resident]
	return s, true
}

// statFields reads as many fields as there is room for. The first is a letter,
// the others are numbers; it makes nothing of them on the heap, since a census
// reads thousands.
func statFields(text []byte, fields []uint64) (first byte, ok bool) {
	i := 0
	for n := range fields {
		for i < len(text) && text[i] == ' ' {
			i++
		}
		if i == len(text) {
			return first, false
		}
		if n == 0 {
			first = text[i]
		}
		negative := text[i] == '-'
		for ; i < len(text) && text[i] > ' '; i++ {
			if digit := text[i] - '0'; digit <= 9 {
				fields[n] = fields[n]*10 + uint64(digit)
			}
		}
		if negative {
			fields[n] = -fields[n]
		}
	}
	return first, true
}

// executing reports whether a process that shows no environment is in the middle
// of an execve(2): it has memory, but no bounds of an environment in it. One that
// was started with an empty environment has such bounds.
func (s stat) executing() bool {
	return !s.dead() && s.flags&(kernelThread|exiting) == 0 && s.environEnd == 0
}
