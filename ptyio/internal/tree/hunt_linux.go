package tree

import (
	"errors"
	"maps"
	"os"
	"time"

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
	sessions map[int]uint64
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

// look returns the living members among the processes, by tree.
func (h *hunt) look(pids []int) map[uint64][]member {
	var found map[uint64][]member
	for _, pid := range pids {
		if tree, m, ok := h.member(pid); ok {
			if found == nil {
				found = map[uint64][]member{}
			}
			found[tree] = append(found[tree], m)
		}
	}
	return found
}

// member reports whether a process lives and is a member by its own session or
// mark. Most are not, and of a process that is not there the session is a single
// system call.
func (h *hunt) member(pid int) (tree uint64, m member, ok bool) {
	if h.skip(pid) {
		return 0, m, false
	}
	session, err := unix.Getsid(pid)
	if err != nil {
		return 0, m, false
	}
	if tree, ok = h.sessions[session]; !ok {
		if tree, ok = h.tree(markOf(pid)); !ok {
			return 0, m, false
		}
	}
	s, there := statOf(pid)
	if !there || s.dead() {
		return 0, m, false
	}
	if session != 0 {
		h.sessions[session] = tree
	}
	return tree, member{pid, s.started}, true
}

// begin begins a round.
func (h *hunt) begin() {
	h.sessions = maps.Clone(h.roots)
	if h.sessions == nil {
		h.sessions = map[int]uint64{}
	}
}

// family returns the living members among all processes, those included that
// only their parents tell of. It is thorough, and for when there are members.
func (h *hunt) family() (map[uint64][]member, error) {
	h.begin()
	pids, err := allPIDs()
	if err != nil {
		return nil, err
	}
	found := h.look(pids)
	if found == nil {
		return nil, nil
	}
	known := map[int]uint64{}
	for tree, members := range found {
		for _, m := range members {
			known[m.pid] = tree
		}
	}
	for again := len(known) > 0; again; {
		again = false
		for _, pid := range pids {
			if _, have := known[pid]; have || h.skip(pid) {
				continue
			}
			s, ok := statOf(pid)
			tree, ofMember := known[s.parent]
			if ok && ofMember && !s.dead() {
				known[pid], again = tree, true
				found[tree] = append(found[tree], member{pid, s.started})
			}
		}
	}
	return found, nil
}

// kill kills a member. The handle is taken before the last look, so that it
// cannot be of a stranger that got the id in between; without one (Linux before
// 5.3, no descriptor left) the look has to do.
func (m member) kill() {
	handle, err := unix.PidfdOpen(m.pid, 0)
	if err == nil {
		defer unix.Close(handle)
	}
	if s, ok := statOf(m.pid); !ok || s.started != m.started {
		return
	}
	if err == nil {
		err = unix.PidfdSendSignal(handle, unix.SIGKILL, nil, 0)
	}
	if err != nil && err != unix.ESRCH && err != unix.EPERM {
		_ = unix.Kill(m.pid, unix.SIGKILL)
	}
}

// How long members are hunted: a killed process is gone in a moment, unless it
// hangs in the kernel.
const (
	huntTime  = 2 * time.Second
	huntPause = time.Millisecond
)

// run kills until a thorough look finds nobody, and returns who is left when
// the time is over. The error says that it could not be found out.
func (h *hunt) run() (map[uint64][]member, error) {
	deadline := time.Now().Add(huntTime)
	for pause := huntPause; ; pause = min(2*pause, 16*huntPause) {
		last, err := lastPID()
		var found map[uint64][]member
		if err == nil {
			found, err = h.family()
		}
		for _, members := range found {
			for _, m := range members {
				m.kill()
			}
		}
		followed, followErr := h.follow(last, func(_ uint64, m member) bool { m.kill(); return true })
		err = errors.Join(err, followErr)
		if err == nil && len(found) == 0 && !followed || time.Now().After(deadline) {
			return found, err
		}
		wait(pause)
	}
}

const (
	// maxRounds bounds how often follow looks for still newer processes.
	maxRounds = 200
	// lateComers are processes that have their ids before they can be seen.
	lateComers = 16
)

// follow looks at the processes that were started since the id last was given
// out, and then at those that were started while it looked, until there is none:
// then no member can have slipped away by forking and exiting before it was
// looked at. A round takes a fraction of the time of a fork. It calls f for each
// member, until f returns false, and reports whether there was any, or may be: if
// it could not catch up.
func (h *hunt) follow(last int, f func(tree uint64, m member) bool) (any bool, err error) {
	last = max(last-lateComers, 0)
	for range maxRounds {
		now, err := lastPID()
		if err != nil || now == last {
			return any, err
		}
		for _, pid := range between(last, now, h.maxPID) {
			if tree, m, ok := h.member(pid); ok {
				any = true
				if !f(tree, m) {
					return true, nil
				}
			}
		}
		last = now
	}
	return true, nil
}

func wait(d time.Duration) {
	timer := time.NewTimer(d)
	<-timer.C
}

// pids returns the ids of members.
func pids(members []member) []int {
	var ids []int
	for _, m := range members {
		ids = append(ids, m.pid)
	}
	return ids
}

// notMe is a skip for who knows of nobody else.
func notMe(pid int) bool { return pid == os.Getpid() }
