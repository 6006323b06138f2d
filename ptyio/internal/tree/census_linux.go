package tree

import (
	"bytes"
	"os"
	"slices"
	"strconv"
	"time"
)

// ticksPerSecond is the kernel's unit of times in /proc, the same on every
// architecture that Go runs on.
const ticksPerSecond = 100

// Census looks at the processes of many trees, all of them in one pass over the
// processes of the machine. The zero value is ready. It remembers whom it has
// seen, so that a process costs one file at each look and those that are new to
// it one more. Not safe for concurrent use.
type Census struct {
	known map[int]acquaintance
	table []entry
	index map[int]int // of the table, by process id
	stat  []byte      // what files are read into
	tally []Tally
	// What was counted of cgroups in the last look, and in this one.
	counted, counting map[*cgroup]counted

	// Of the trees that are looked at; values are places among them.
	roots    map[int]int // children, by process id
	sessions map[int]int
	groups   map[int]int // of trees that are no more than that
	numbers  map[uint64]int
}

// acquaintance is what is remembered of a process.
type acquaintance struct {
	started, environEnd uint64
	number              uint64 // of its tree; 0: it is a stranger
	memory              footprint
}

// footprint is a process's resident memory. What its stat tells is rough: off by
// up to some dozen pages for each core of the machine. So that is good for seeing
// whether something has changed, and then another file tells exactly.
type footprint struct {
	pages, rough, ticks uint64
}

// entry is a process in the course of one look.
type entry struct {
	pid  int
	stat stat
	tree int // place of its tree; nobody: not known (yet)
}

const nobody = -1

// Take returns what it finds of each tree, in their order; valid until the next
// Take. A tree whose child has been reaped is not found. For those trees for
// which detailed says so, it looks at the details of each member.
func (c *Census) Take(trees []*Tree, detailed func(i int) bool) ([]Tally, error) {
	c.begin(trees)
	if err := c.list(); err != nil {
		return nil, err
	}
	c.recognize()
	c.spread()
	if c.meet() {
		c.spread()
	}
	c.remember(trees)
	c.count(trees, detailed)
	for i, t := range trees {
		// It was not reaped before the look, so that its ids cannot have been others'.
		c.tally[i].Found = c.looksAt(t, i) && !t.isReaped()
	}
	return c.tally, nil
}

// looksAt reports whether the tree at this place was there when the look began.
func (c *Census) looksAt(t *Tree, place int) bool {
	root, ok := c.roots[t.pid]
	return ok && root == place
}

func (t *Tree) isReaped() bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.reaped
}

func (c *Census) begin(trees []*Tree) {
	if c.known == nil {
		*c = Census{known: map[int]acquaintance{}, index: map[int]int{}, stat: make([]byte, 4<<10),
			roots: map[int]int{}, sessions: map[int]int{}, groups: map[int]int{}, numbers: map[uint64]int{},
			counted: map[*cgroup]counted{}, counting: map[*cgroup]counted{}}
	}
	for _, m := range []map[int]int{c.roots, c.sessions, c.groups, c.index} {
		clear(m)
	}
	clear(c.numbers)
	c.counted, c.counting = c.counting, c.counted
	clear(c.counting)
	self.mu.Lock()
	defer self.mu.Unlock()
	for i, t := range trees {
		if t.isReaped() {
			continue
		}
		c.roots[t.pid] = i
		if t.level <= LevelGroup {
			c.groups[t.pid] = i
			continue
		}
		c.sessions[t.pid] = i
		c.numbers[self.trees[t]] = i
	}
}

// list reads the table of all processes but this one, its guardian and the
// kernel's.
func (c *Census) list() error {
	pids, err := allPIDs()
	if err != nil {
		return err
	}
	slices.Sort(pids)
	c.table = c.table[:0]
	me, guardian := os.Getpid(), self.guardianPID()
	for _, pid := range pids {
		if pid == me || pid == guardian {
			continue
		}
		s, ok := parseStat(c.read("/proc/" + strconv.Itoa(pid) + "/stat"))
		if !ok || s.flags&kernelThread != 0 {
			continue
		}
		c.index[pid] = len(c.table)
		c.table = append(c.table, entry{pid: pid, stat: s, tree: nobody})
	}
	return nil
}

// guardianPID returns the guardian's process id, 0 if there is none.
func (o *owner) guardianPID() int {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.guardian == nil {
		return 0
	}
	return o.guardian.pid
}

// count sorts the table by trees.
func (c *Census) count(trees []*Tree, detailed func(i int) bool) {
	c.tally = slices.Grow(c.tally[:0], len(trees))[:len(trees)]
	controllers := self.controllers()
	for i := range trees {
		c.tally[i] = Tally{Members: c.tally[i].Members[:0], Cgroup: unknownUsage}
	}
	for i := range c.table {
		e := &c.table[i]
		if e.tree == nobody {
			continue
		}
		m := c.memberOf(e)
		if detailed(e.tree) {
			m.Detail = c.detail(m)
		}
		t := &c.tally[e.tree]
		t.Members = append(t.Members, m)
	}
	for i, t := range trees {
		if dir, ok := t.reach.(*cgroup); ok && c.looksAt(t, i) {
			c.tally[i].Cgroup = c.cgroupUsage(dir, c.tally[i].Members, controllers)
		}
	}
}

func (c *Census) memberOf(e *entry) Member {
	s := e.stat
	m := Member{
		PID:       e.pid,
		Started:   s.started,
		Ended:     s.dead(),
		CPU:       ticks(s.cpuTicks),
		ReapedCPU: ticks(s.reapedTicks),
	}
	if !m.Ended {
		m.Threads, m.ResidentBytes = s.threads, int64(c.residentPages(e))*int64(os.Getpagesize())
	}
	return m
}

// residentPages returns a member's resident memory, anew if the process has run
// or changed since it was looked at last.
func (c *Census) residentPages(e *entry) uint64 {
	k := c.known[e.pid]
	now := footprint{e.stat.residentPages, e.stat.residentPages, e.stat.cpuTicks}
	if k.memory.rough == now.rough && k.memory.ticks == now.ticks && k.memory.pages > 0 {
		return k.memory.pages
	}
	_, second, _ := bytes.Cut(c.read("/proc/"+strconv.Itoa(e.pid)+"/statm"), []byte(" "))
	if pages := number(second, ""); pages > 0 {
		now.pages = uint64(pages)
	}
	k.memory = now
	c.known[e.pid] = k
	return now.pages
}

func ticks(n uint64) time.Duration { return time.Duration(n) * time.Second / ticksPerSecond }

// read returns the content of a small file, valid until the next read; nil if it
// cannot be read.
func (c *Census) read(path string) []byte {
	n, ok := readFile(path, c.stat)
	for ok && n == len(c.stat) {
		c.stat = append(c.stat, make([]byte, len(c.stat))...)
		n, ok = readFile(path, c.stat)
	}
	if !ok {
		return nil
	}
	return bytes.TrimRight(c.stat[:n], "\n")
}
