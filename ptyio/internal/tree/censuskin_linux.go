package tree

import (
	"strconv"
	"strings"
)

// recognize tells the children, who is in one's group, and the members of before.
func (c *Census) recognize() {
	for i := range c.table {
		e := &c.table[i]
		if root, is := c.roots[e.pid]; is {
			e.tree = root
		} else if group, in := c.groups[e.stat.group]; in {
			e.tree = group
		} else if k, met := c.known[e.pid]; met && k.started == e.stat.started {
			if place, wanted := c.numbers[k.number]; wanted {
				c.join(e, place)
			}
		}
	}
}

// join makes a process a member, and with it its session.
func (c *Census) join(e *entry, place int) {
	e.tree = place
	if _, have := c.sessions[e.stat.session]; !have && e.stat.session != 0 {
		c.sessions[e.stat.session] = place
	}
}

// spread makes those members who are in the session of one, or its children.
func (c *Census) spread() {
	for again := true; again; {
		again = false
		for i := range c.table {
			e := &c.table[i]
			if e.tree != nobody {
				continue
			}
			place, ok := c.sessions[e.stat.session]
			if !ok {
				place, ok = c.ofParent(e)
			}
			if ok {
				c.join(e, place)
				again = true
			}
		}
	}
}

// ofParent returns the tree of a process's parent, unless that tree is no more
// than a group.
func (c *Census) ofParent(e *entry) (place int, ok bool) {
	i, there := c.index[e.stat.parent]
	if !there || c.table[i].tree == nobody {
		return nobody, false
	}
	place = c.table[i].tree
	_, group := c.groups[c.table[i].stat.group]
	return place, !group
}

// meet asks those who are still unknown for their cgroup or mark, unless they
// were asked since their last execve. It reports whether it found members.
func (c *Census) meet() (any bool) {
	if len(c.numbers) == 0 {
		return false
	}
	for i := range c.table {
		e := &c.table[i]
		k, met := c.known[e.pid]
		if e.tree != nobody || met && k.started == e.stat.started && k.environEnd == e.stat.environEnd {
			continue
		}
		k = acquaintance{started: e.stat.started, environEnd: e.stat.environEnd, number: c.treeOf(e)}
		if !e.stat.executing() {
			c.known[e.pid] = k
		}
		if place, wanted := c.numbers[k.number]; wanted {
			c.join(e, place)
			any = true
		}
	}
	return any
}

// treeOf returns the number of a process's tree among those of this owner, 0 if
// it is in none.
func (c *Census) treeOf(e *entry) uint64 {
	can := self.abilities()
	dir := "/proc/" + strconv.Itoa(e.pid)
	if can.level == LevelCgroup {
		if path, ok := cgroupPath(c.read(dir + "/cgroup")); ok {
			if _, below, in := strings.Cut(path, "/"+cgroupPrefix+can.name+"/"); in {
				below, _, _ = strings.Cut(below, "/")
				number, _ := strconv.ParseUint(below, 10, 64)
				return number
			}
		}
	}
	mark, _ := readMark(e.pid, "environ")
	if mark == "" && e.stat.leaderless() {
		mark = markOfThreads(e.pid)
	}
	number, _ := self.treeIn(mark)
	return number
}

// remember keeps the members and forgets those who are gone.
func (c *Census) remember(trees []*Tree) {
	for pid := range c.known {
		if _, there := c.index[pid]; !there {
			delete(c.known, pid)
		}
	}
	self.mu.Lock()
	defer self.mu.Unlock()
	for _, e := range c.table {
		if e.tree == nobody {
			continue
		}
		k := c.known[e.pid]
		if k.started != e.stat.started {
			k = acquaintance{started: e.stat.started}
		}
		k.environEnd, k.number = e.stat.environEnd, self.trees[trees[e.tree]]
		c.known[e.pid] = k
	}
}
