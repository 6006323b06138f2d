package ptyio

import (
	"time"

	"brood/ptyio/internal/tree"
)

// Unknown is the value of a number in a Tally that could not be found out. It is
// never zero, which is a value.
const Unknown = tree.Unknown

// Census looks at the processes of many children at once: one pass over the
// processes of the machine serves all of them. The zero value is ready. It
// remembers whom it has seen, which makes the next look cheaper, so keep it.
// It starts no goroutine and holds no descriptor. Not safe for concurrent use.
type Census struct {
	census tree.Census
	trees  []*tree.Tree
	places []int // of those among the conns
	tally  []Tally
	arena  []Member // of all tallies
}

// Tally is what a Census found of one child's tree.
type Tally struct {
	// Found says that the rest holds: the child had not been reaped. Foreign says
	// that nothing can be known: the Conn is not one of this package's.
	Found, Foreign bool
	// Members are the processes of the tree, as far as the level of containment
	// tells, in the order of their ids; those that have ended and were not yet
	// reaped are among them. Valid until the next look.
	Members []Member
	// Cgroup is what the kernel counts for the tree as a whole.
	Cgroup CgroupUsage
}

// Member is one process of a child's tree.
type Member struct {
	// PID is its process id. With Started, the ticks from the machine's start to
	// its own, it names the process for good.
	PID     int
	Started uint64
	// Ended says that nothing of it runs any more, and only its times count.
	Ended bool
	// Threads is how many it has.
	Threads int
	// CPU is the processor time that it has used itself, and ReapedCPU that of
	// its children that it has waited for, and of theirs. The kernel tells both
	// in steps of 10 ms.
	CPU, ReapedCPU time.Duration
	// ResidentBytes is its memory that is not swapped out. What it shares with
	// others counts for each of them.
	ResidentBytes int64
	// Detail is what costs more to find out.
	Detail Detail
}

// Detail is what a Census finds out of a process only if it is asked to. Where
// the rights to see it are missing, a number is Unknown.
type Detail struct {
	// Looked says that the rest holds: it was asked for, and the process was
	// still there.
	Looked bool
	// PeakBytes is the most that ResidentBytes was since its last execve.
	PeakBytes int64
	// Descriptors is how many it has open.
	Descriptors int
	// ReadBytes and WrittenBytes are what it, and its children that it has waited
	// for, moved from and to storage. What caches, pipes and sockets take is not
	// in it.
	ReadBytes, WrittenBytes int64
	// Switches counts how often its living threads were taken off a processor.
	Switches int64
}

// CgroupUsage is what the kernel counts for a cgroup, those included that have
// ended. A number is Unknown where there is no cgroup or it lacks the
// controller.
type CgroupUsage struct {
	// CPU is processor time.
	CPU time.Duration
	// MemoryBytes is memory in use, that of caches and of the kernel on its
	// behalf included; PeakBytes the most it was.
	MemoryBytes, PeakBytes int64
	// ReadBytes and WrittenBytes are what went from and to block devices.
	ReadBytes, WrittenBytes int64
}

// Take returns what it finds of each child, in the order of conns; valid until
// the next Take. It looks at the Details of those for which detailed, called with
// their place, returns true. The error matches ErrUnsupported on systems other
// than Linux.
func (c *Census) Take(conns []Conn, detailed func(i int) bool) ([]Tally, error) {
	c.trees, c.places = c.trees[:0], c.places[:0]
	for i, conn := range conns {
		if owned, ok := conn.(interface{ ownTree() *tree.Tree }); ok {
			c.trees, c.places = append(c.trees, owned.ownTree()), append(c.places, i)
		}
	}
	tallies, err := c.census.Take(c.trees, func(i int) bool { return detailed(c.places[i]) })
	if err != nil {
		return nil, opError("look at", "processes", platformError(err))
	}
	c.arena = c.arena[:0]
	c.tally = c.tally[:0]
	for range conns {
		c.tally = append(c.tally, Tally{Foreign: true})
	}
	for i, t := range tallies {
		c.tally[c.places[i]] = Tally{Found: t.Found, Members: c.keep(t.Members), Cgroup: CgroupUsage(t.Cgroup)}
	}
	return c.tally, nil
}

func (c *Census) keep(members []tree.Member) []Member {
	from := len(c.arena)
	for _, m := range members {
		c.arena = append(c.arena, Member{
			PID: m.PID, Started: m.Started, Ended: m.Ended, Threads: m.Threads,
			CPU: m.CPU, ReapedCPU: m.ReapedCPU, ResidentBytes: m.ResidentBytes, Detail: Detail(m.Detail),
		})
	}
	return c.arena[from:len(c.arena):len(c.arena)]
}

func (c *child) ownTree() *tree.Tree { return c.tree }
