package tree

import (
	"os"
	"slices"

	"golang.org/x/sys/unix"
)

// hunt finds the processes of trees by their marks, their sessions and their
// parents.
type hunt struct {
	// tree tells which tree a mark is of, if it is one of those hunted.
	tree func(mark string) (uint64, bool)
	// roots are sessions that surely belong to a tree: those of children that
	// are zombies.
	roots map[int]uint64
	// sessions are those and the ones of members that this round has found. They
	// are not kept for longer: an id can go to a stranger when its owner is dead.
	sessions map[int]kin
	// maxPID is the highest process id that is given out.
	maxPID int
	// skip tells who is surely no member: this process, leaders of other trees.
	skip func(pid int) bool
}

// member is a living process of a tree. With its start the id names it for good.
type member struct {
	pid     int
	started uint64
}

// kin says whose kin a process is, and how many steps away: 0 from one that is
// known by itself, by its mark or as a child that this process holds; 1 from one
// that is known by such a one, in whose session it is or whose child.
type kin struct {
	tree  uint64
	steps int
}

func (k kin) next() kin { return kin{k.tree, k.steps + 1} }

// look returns the living members among the processes, with their kinship.
func (h *hunt) look(pids []int) map[member]kin {
	var found map[member]kin
	for _, pid := range pids {
		if m, k, ok := h.member(pid); ok {
			if found == nil {
				found = map[member]kin{}
			}
			found[m] = k
		}
	}
	return found
}

// member reports whether a process lives and is a member by its own session or
// mark. Most are not, and of a process that is not there the session is a single
// system call.
func (h *hunt) member(pid int) (m member, k kin, ok bool) {
	if h.skip(pid) {
		return m, k, false
	}
	session, err := unix.Getsid(pid)
	if err != nil {
		return m, k, false
	}
	known, inSession := h.sessions[session]
	if tree, marked := h.tree(markOf(pid)); marked {
		k = kin{tree: tree}
	} else if inSession {
		k = known.next()
	} else {
		return m, k, false
	}
	s, there := statOf(pid)
	if !there || s.dead() {
		return m, k, false
	}
	if session != 0 && (!inSession || k.steps < known.steps) {
		h.sessions[session] = k
	}
	return member{pid, s.started}, k, true
}

// begin begins a round.
func (h *hunt) begin() {
	h.sessions = map[int]kin{}
	for session, tree := range h.roots {
		h.sessions[session] = kin{tree: tree}
	}
}

// family returns the living members among all processes, those included that
// only their sessions or parents tell of. It is thorough, and for when there are
// members.
func (h *hunt) family() (map[member]kin, error) {
	h.begin()
	pids, err := allPIDs()
	if err != nil {
		return nil, err
	}
	found := h.look(pids)
	known := map[int]kin{}
	for m, k := range found {
		known[m.pid] = k
	}
	for again := len(known) > 0; again; {
		again = false
		for _, pid := range pids {
			if _, have := known[pid]; have || h.skip(pid) {
				continue
			}
			s, ok := statOf(pid)
			if !ok || s.dead() {
				continue
			}
			k, ok := known[s.parent]
			if !ok {
				if k, ok = h.sessions[s.session]; !ok {
					continue
				}
			}
			k, again = k.next(), true
			known[pid] = k
			found[member{pid, s.started}] = k
			if _, have := h.sessions[s.session]; !have && s.session != 0 {
				h.sessions[s.session] = k
			}
		}
	}
	return found, nil
}

// pids returns the ids of the members of a tree.
func pids(found map[member]kin, tree uint64) []int {
	var ids []int
	for m, k := range found {
		if k.tree == tree {
			ids = append(ids, m.pid)
		}
	}
	slices.Sort(ids)
	return ids
}

// notMe is a skip for who knows of nobody else.
func notMe(pid int) bool { return pid == os.Getpid() }
