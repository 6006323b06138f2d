package tree

import (
	"encoding/binary"
	"os"
	"os/signal"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"
)

// lifelineFD is where the guardian finds its end of the lifeline.
const lifelineFD = 3

// guardTime is how long a guardian kills after the owner's death. What then still
// lives hangs in the kernel.
const guardTime = 10 * time.Second

// guard is the guardian's side: the process that was started under its name.
type guard struct {
	owner  string // its name
	base   string // its cgroup base; empty if it has none
	groups map[int]member
}

// guardMain is all that a guardian does. What would end other programs does not
// end this one: it lives as long as its owner.
func guardMain() {
	signal.Ignore(syscall.SIGHUP, syscall.SIGINT, syscall.SIGQUIT, syscall.SIGTERM, syscall.SIGPIPE,
		syscall.SIGTSTP, syscall.SIGTTIN, syscall.SIGTTOU, syscall.SIGUSR1, syscall.SIGUSR2, syscall.SIGALRM)
	if len(os.Args) != 3 {
		return
	}
	name, _ := unix.BytePtrFromString(guardianName)
	_ = unix.Prctl(unix.PR_SET_NAME, uintptr(unsafe.Pointer(name)), 0, 0, 0) // what top shows
	g := &guard{owner: os.Args[1], base: os.Args[2], groups: map[int]member{}}
	owner := g.ownerHandle()
	if g.owner != "" {
		go killLeftovers(g.base) // beside watching; what it does not get to is for the next guardian
	}
	if g.watch(owner) {
		return
	}
	for deadline := time.Now().Add(guardTime); !g.kill() && time.Now().Before(deadline); {
		wait(huntPause)
	}
}

// ownerHandle returns a pidfd of the owner, -1 if it is dead, there are none, or
// it has no name because /proc cannot be used.
func (g *guard) ownerHandle() int {
	parts := strings.Split(g.owner, "-")
	if len(parts) != 4 {
		return -1
	}
	pid, _ := strconv.Atoi(parts[1])
	fd, err := unix.PidfdOpen(pid, 0)
	if err != nil || identityOf(pid) != strings.Join(parts[:3], "-") {
		return -1
	}
	return fd
}

// watch returns when the owner has sent the guardian home, or has died. The
// end of the lifeline alone is not the proof: it comes before, and a fork of the
// owner that executed nothing may hold it open for ever.
func (g *guard) watch(owner int) (farewell bool) {
	fds := []unix.PollFd{{Fd: lifelineFD, Events: unix.POLLIN}, {Fd: int32(owner), Events: unix.POLLIN}}
	if owner < 0 {
		fds = fds[:1]
	}
	var records [64 * recordBytes]byte
	for {
		if _, err := unix.Poll(fds, -1); err != nil && err != unix.EINTR {
			return false
		}
		if fds[0].Revents != 0 {
			n, err := unix.Read(lifelineFD, records[:])
			for r := records[:max(n, 0)]; len(r) >= recordBytes; r = r[recordBytes:] {
				if g.note(r[0], int(binary.LittleEndian.Uint64(r[1:]))) {
					return true
				}
			}
			if n == 0 && err == nil {
				if owner < 0 {
					return false
				}
				fds[0].Fd = -1 // poll leaves it out
			}
		}
		if owner >= 0 && fds[1].Revents != 0 {
			return g.drain()
		}
	}
}

// drain reads what the owner said last, before it died.
func (g *guard) drain() (farewell bool) {
	_ = unix.SetNonblock(lifelineFD, true)
	var r [recordBytes]byte
	for {
		if n, _ := unix.Read(lifelineFD, r[:]); n != recordBytes {
			return false
		}
		if g.note(r[0], int(binary.LittleEndian.Uint64(r[1:]))) {
			return true
		}
	}
}

func (g *guard) note(what byte, id int) (farewell bool) {
	switch what {
	case recordGroup:
		s, _ := statOf(id)
		g.groups[id] = member{id, s.started}
	case recordUngroup:
		delete(g.groups, id)
	}
	return what == recordFarewell
}

// kill kills all that the owner left, and reports whether nothing is left.
func (g *guard) kill() bool {
	for pgid, leader := range g.groups {
		// While a member lives, the id is not given to a new process: one that
		// has it and started at another time is a stranger, in a new group.
		if s, ok := statOf(pgid); !ok || s.started == leader.started || g.owner == "" {
			_ = signalGroup(pgid, unix.SIGKILL)
		}
	}
	if g.owner == "" {
		return true
	}
	clean := killBase(g.base)
	h := &hunt{
		maxPID: maxPID(),
		skip:   notMe,
		tree: func(mark string) (uint64, bool) {
			_, ok := treeIn(mark, g.owner)
			return 0, ok
		},
	}
	left, err := h.run()
	return len(left) == 0 && err == nil && clean
}

// killBase kills everything in an owner's cgroups and removes them. It reports
// whether they are gone.
func killBase(dir string) bool {
	if dir == "" {
		return true
	}
	c := &cgroup{dir: dir, fd: -1}
	return c.remove() || len(c.clear(false)) == 0
}

// killLeftovers does a guardian's work for owners whose guardian was killed with
// them: those whose cgroups are beside base, and those whose marks it finds.
func killLeftovers(base string) {
	if base != "" {
		beside := filepath.Dir(base)
		entries, _ := os.ReadDir(beside)
		for _, e := range entries {
			if name, ok := strings.CutPrefix(e.Name(), cgroupPrefix); ok && e.IsDir() && ownerGone(name) {
				killBase(filepath.Join(beside, e.Name()))
			}
		}
	}
	gone := map[string]bool{}
	h := &hunt{
		maxPID: maxPID(),
		skip:   notMe,
		tree: func(mark string) (uint64, bool) {
			for _, name := range ownersIn(mark) {
				dead, known := gone[name]
				if !known {
					dead = ownerGone(name)
					gone[name] = dead
				}
				if dead {
					return 0, true
				}
			}
			return 0, false
		},
	}
	_, _ = h.run()
}
