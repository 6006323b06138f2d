package tree

import (
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// controllers returns which controllers count for the trees' cgroups.
func (o *owner) controllers() string {
	can := o.can.Load()
	if can == nil || can.cgroups.dir == "" {
		return ""
	}
	on, _ := os.ReadFile(filepath.Join(can.cgroups.dir, "cgroup.subtree_control"))
	return string(on)
}

// cgroupUsage reads what the kernel counts. Processor time it counts always, the
// rest where the controllers are on.
func (c *Census) cgroupUsage(g *cgroup, members []Member, controllers string) CgroupUsage {
	u, dir := unknownUsage, g.dir
	u.CPU = c.cgroupCPU(g, members)
	if contains(controllers, "memory") {
		u.MemoryBytes = number(c.read(dir+"/memory.current"), "")
		u.PeakBytes = number(c.read(dir+"/memory.peak"), "")
	}
	if contains(controllers, "io") {
		if content := c.read(dir + "/io.stat"); content != nil {
			u.ReadBytes, u.WrittenBytes = ioStat(string(content))
		}
	}
	return u
}

// counted is what was read of a cgroup's processor time, and when.
type counted struct {
	cpu  time.Duration
	seen uint64 // what the members looked like
	age  int    // in looks
}

// countedFor is how many looks a sum of processor time is good for, if the
// processes of the cgroup are the same and have used none, to 10 ms. Most children
// do nothing most of the time.
const countedFor = 5

// cgroupCPU returns the processor time of all that is, and was, in a cgroup.
func (c *Census) cgroupCPU(g *cgroup, members []Member) time.Duration {
	k, seen := c.counted[g], appearance(members)
	k.age++
	if k.seen != seen || k.age > countedFor {
		k = counted{Unknown, seen, 0}
		if us := number(c.read(g.dir+"/cpu.stat"), "usage_usec"); us >= 0 {
			k.cpu = time.Duration(us) * time.Microsecond
		}
	}
	c.counting[g] = k
	return k.cpu
}

// appearance is the same for the same processes that have used the same, and
// hardly ever for others (it is FNV-1a, over numbers).
func appearance(members []Member) uint64 {
	hash := uint64(14695981039346656037)
	for i := range members {
		m := &members[i]
		for _, n := range [...]uint64{uint64(m.PID), m.Started, uint64(m.CPU), uint64(m.ReapedCPU)} {
			hash = (hash ^ n) * 1099511628211
		}
	}
	return hash
}

// ioStat adds up what was read from and written to all devices.
func ioStat(content string) (read, written int64) {
	for field := range strings.FieldsSeq(content) {
		name, value, _ := strings.Cut(field, "=")
		n, err := strconv.ParseInt(value, 10, 64)
		switch {
		case err != nil:
		case name == "rbytes":
			read += n
		case name == "wbytes":
			written += n
		}
	}
	return read, written
}
