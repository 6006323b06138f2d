package tree

import (
	"bytes"
	"os"
	"strconv"

	"golang.org/x/sys/unix"
)

// readFile reads a file that the kernel makes in one piece, in one go, and returns
// how many bytes it got into buf. If that is full there may be more.
func readFile(path string, buf []byte) (n int, ok bool) {
	fd, err := openRetry(path)
	if err != nil {
		return 0, false
	}
	defer unix.Close(fd)
	for {
		n, err = unix.Read(fd, buf)
		if err != unix.EINTR {
			return n, err == nil
		}
	}
}

// detail looks at what each process has a file of its own for. The status comes
// last: who has it could have been seen before, if the rights were there.
func (c *Census) detail(m Member) Detail {
	dir := "/proc/" + strconv.Itoa(m.PID)
	d := Detail{PeakBytes: Unknown, ReadBytes: Unknown, WrittenBytes: Unknown, Switches: Unknown}
	if io := c.read(dir + "/io"); io != nil {
		d.ReadBytes, d.WrittenBytes = number(io, "\nread_bytes:"), number(io, "\nwrite_bytes:")
	}
	if !m.Ended {
		d.Descriptors = descriptorsOf(dir + "/fd")
	}
	if m.Threads > 1 {
		d.Switches = c.switchesOfThreads(dir + "/task/")
	}
	status := c.read(dir + "/status")
	d.Looked = status != nil
	if kib := number(status, "VmHWM:"); kib >= 0 {
		d.PeakBytes = kib << 10
	}
	if m.Threads <= 1 {
		d.Switches = switches(status)
	}
	return d
}

// switchesOfThreads adds up what each living thread has; of those that have ended
// nothing tells.
func (c *Census) switchesOfThreads(dir string) (total int64) {
	threads, err := os.ReadDir(dir)
	if err != nil {
		return Unknown
	}
	for _, thread := range threads {
		if n := switches(c.read(dir + thread.Name() + "/status")); n >= 0 {
			total += n
		}
	}
	return total
}

func switches(status []byte) int64 {
	voluntary := number(status, "\nvoluntary_ctxt_switches:")
	forced := number(status, "\nnonvoluntary_ctxt_switches:")
	if voluntary < 0 || forced < 0 {
		return Unknown
	}
	return voluntary + forced
}

// number returns the number behind a name, Unknown if it is not there.
func number(text []byte, name string) int64 {
	_, rest, found := bytes.Cut(text, []byte(name))
	rest = bytes.TrimLeft(rest, " \t")
	end := 0
	for end < len(rest) && rest[end] >= '0' && rest[end] <= '9' {
		end++
	}
	n, err := strconv.ParseInt(string(rest[:end]), 10, 64)
	if !found || err != nil {
		return Unknown
	}
	return n
}

// descriptorsOf counts descriptors: the size of the directory since Linux 6.2,
// the names in it before.
func descriptorsOf(dir string) int {
	var stat unix.Stat_t
	if unix.Stat(dir, &stat) == nil && stat.Size > 0 {
		return int(stat.Size)
	}
	names, err := os.ReadDir(dir)
	if err != nil {
		return Unknown
	}
	return len(names)
}
