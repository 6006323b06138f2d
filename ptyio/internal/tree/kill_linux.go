package tree

import (
	"bytes"
	"cmp"
	"errors"
	"maps"
	"slices"
	"time"

	"golang.org/x/sys/unix"
)

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

const (
	// huntTime is how long members are hunted: a killed process is gone in a
	// moment, unless it hangs in the kernel.
	huntTime  = 2 * time.Second
	huntPause = time.Millisecond
	// spareTime is how long a guardian among the members is left to do its work.
	spareTime = 500 * time.Millisecond
)

// run kills until a thorough look finds nobody, and returns who is left when
// the time is over. The error says that it could not be found out.
//
// Who was killed is remembered until it is dead: when those by whom it was known
// die first, it is no longer found. For the same reason the guardian of an owner
// that is itself in the tree is spared while it lives to clear its own trees: it
// knows whom it has killed, and ends then.
func (h *hunt) run() (map[member]kin, error) {
	began := time.Now()
	killed := map[member]kin{}
	strike := func(m member) {
		if time.Since(began) > spareTime || !isGuardian(m.pid) {
			m.kill()
		}
	}
	for pause := huntPause; ; pause = min(2*pause, 16*huntPause) {
		last, err := lastPID()
		var found map[member]kin
		if err == nil {
			found, err = h.family()
		}
		maps.DeleteFunc(killed, func(m member, _ kin) bool { return !m.lives() })
		maps.Copy(killed, found)
		for _, m := range farthest(killed) {
			strike(m)
		}
		followed, followErr := h.follow(last, func(m member, k kin) bool {
			killed[m] = k
			strike(m)
			return true
		})
		err = errors.Join(err, followErr)
		if err == nil && len(killed) == 0 && !followed || time.Since(began) > huntTime {
			return killed, err
		}
		wait(pause)
	}
}

// farthest returns the members, those first that are only known by others: a
// hunter that is itself killed in the middle of killing them in this order leaves
// nobody that the next one cannot find.
func farthest(members map[member]kin) []member {
	return slices.SortedFunc(maps.Keys(members), func(a, b member) int {
		return cmp.Compare(members[b].steps, members[a].steps)
	})
}

// isGuardian goes by the name, which anybody can take; it is good for a respite.
func isGuardian(pid int) (is bool) {
	_ = readProc(pid, "cmdline", func(arguments []byte) {
		is = bytes.HasPrefix(arguments, []byte(guardianName+"\x00"))
	})
	return is
}

// lives reports whether the member is not yet dead, for all that can be found
// out.
func (m member) lives() bool {
	s, ok := statOf(m.pid)
	if !ok {
		return unix.Kill(m.pid, 0) != unix.ESRCH
	}
	return s.started == m.started && !s.dead()
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
func (h *hunt) follow(last int, f func(member, kin) bool) (any bool, err error) {
	last = max(last-lateComers, 0)
	for range maxRounds {
		now, err := lastPID()
		if err != nil || now == last {
			return any, err
		}
		for _, pid := range between(last, now, h.maxPID) {
			if m, k, ok := h.member(pid); ok {
				any = true
				if !f(m, k) {
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
