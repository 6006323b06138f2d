package tree

import (
	"os"
	"sync"
)

// sweeps clear trees of LevelMarks whose child has ended. One pass over the
// processes serves all trees that wait for one, so that the cost of many ends at
// once does not grow with their square. The passes are made by those who wait,
// one of them at a time.
type sweeps struct {
	mu      sync.Mutex
	waiting []*sweep
	busy    bool
}

// sweep is one tree's wish to be cleared.
type sweep struct {
	number    uint64
	pid       int  // of the child, which is a zombie; 0 if it was reaped by somebody else
	recent    bool // started so recently that all its descendants have ids behind its own
	survivors []int
	turn      chan bool // true: it is done; false: make the next pass
}

// clear returns when the tree has no living members, or with those that are left
// after a while.
func (s *sweeps) clear(mine *sweep, pass func([]*sweep)) []int {
	mine.turn = make(chan bool, 1)
	s.mu.Lock()
	s.waiting = append(s.waiting, mine)
	lead := !s.busy
	s.busy = true
	s.mu.Unlock()
	if !lead && <-mine.turn {
		return mine.survivors
	}
	s.mu.Lock()
	batch := s.waiting
	s.waiting = nil
	s.mu.Unlock()
	pass(batch)
	for _, other := range batch {
		if other != mine {
			other.turn <- true
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.busy = len(s.waiting) > 0; s.busy {
		s.waiting[0].turn <- false
	}
	return mine.survivors
}

// pass clears the trees of a batch.
func (o *owner) pass(batch []*sweep) {
	h := o.hunt(batch)
	if !h.anyone(batch) {
		return
	}
	survivors, err := h.run()
	for _, s := range batch {
		s.survivors = pids(survivors, s.number)
		if err != nil && s.survivors == nil {
			s.survivors = []int{unknownSurvivor}
		}
	}
}

// hunt is the hunt for the members of a batch.
func (o *owner) hunt(batch []*sweep) *hunt {
	h := &hunt{roots: map[int]uint64{}, skip: o.isKnown, maxPID: o.abilities().maxPID}
	wanted := make(map[uint64]bool, len(batch))
	for _, s := range batch {
		wanted[s.number] = true
		if s.pid != 0 {
			h.roots[s.pid] = s.number
		}
	}
	h.tree = func(mark string) (uint64, bool) {
		number, ok := o.treeIn(mark)
		return number, ok && wanted[number]
	}
	return h
}

// anyone reports whether a tree of the batch has living members, or may have, for
// all that can be found out.
func (h *hunt) anyone(batch []*sweep) bool {
	h.begin()
	last, err := lastPID()
	if err != nil {
		return true
	}
	pids, all := candidates(batch, last, h.maxPID)
	if all {
		if pids, err = allPIDs(); err != nil {
			return true
		}
	} else if len(pids) == 0 {
		return false // nobody was forked after the children, who are dead
	}
	if len(h.look(pids)) > 0 {
		return true
	}
	any, err := h.follow(last, func(member, kin) bool { return false })
	return any || err != nil
}

// treeIn returns which of this process's trees a mark is of.
func (o *owner) treeIn(mark string) (uint64, bool) {
	if mark == "" {
		return 0, false
	}
	return treeIn(mark, o.abilities().name)
}

// isKnown reports whether a process is surely no descendant of another tree:
// this one, and the children themselves.
func (o *owner) isKnown(pid int) bool {
	if pid == os.Getpid() {
		return true
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.leaders[pid] != nil || o.guardian != nil && o.guardian.pid == pid
}

// clearRecent looks once for living members of trees that were all started
// recently, which costs next to nothing, and notes if there are none. It leaves
// the rest to clear.
func (o *owner) clearRecent(trees []*marks) {
	var batch []*sweep
	for _, m := range trees {
		s := m.sweep(false)
		if !s.recent {
			return
		}
		batch = append(batch, s)
	}
	if len(batch) == 0 || o.hunt(batch).anyone(batch) {
		return
	}
	for _, m := range trees {
		m.empty = true
	}
}

// marks is the reach of LevelMarks.
type marks struct {
	tree   *Tree
	number uint64
	empty  bool // the child has ended, and nobody else lives
}

var _ reach = (*marks)(nil)

// kill leaves everything but the group to clear, which is a matter of
// milliseconds and not to be waited for here.
func (m *marks) kill()             {}
func (m *marks) thaw()             {}
func (m *marks) outOfMemory() bool { return false }
func (m *marks) release()          { self.leave(m.tree) }

func (m *marks) members() []int {
	h := &hunt{
		roots:  map[int]uint64{m.tree.pid: m.number},
		maxPID: self.abilities().maxPID,
		skip:   func(pid int) bool { return pid != m.tree.pid && self.isKnown(pid) },
		tree: func(mark string) (uint64, bool) {
			number, ok := self.treeIn(mark)
			return number, ok && number == m.number
		},
	}
	found, err := h.family()
	if err != nil {
		return []int{unknownSurvivor}
	}
	return pids(found, m.number)
}

func (m *marks) gone() bool { return m.empty }

func (m *marks) clear(reaped bool) []int {
	if m.empty {
		return nil
	}
	return self.sweeps.clear(m.sweep(reaped), self.pass)
}

func (m *marks) sweep(reaped bool) *sweep {
	s := &sweep{number: m.number}
	if !reaped {
		s.pid, s.recent = m.tree.pid, recent(m.tree.started, self.abilities().maxPID)
	}
	return s
}
