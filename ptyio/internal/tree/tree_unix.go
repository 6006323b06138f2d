//go:build unix

package tree

import (
	"errors"
	"fmt"
	"os"
	"sync"
	"syscall"
	"time"
)

// Tree is a started child with what it started, as far as its level reaches.
// Safe for concurrent use, except that Await is called once.
type Tree struct {
	pid      int // also the group's and the session's id
	pidfd    int // -1: none
	started  time.Time
	level    Level
	detached bool
	reach    reach
	foster   foster // nil: it is this process's own child

	groupKilled bool // at its end

	mu     sync.Mutex // orders signals before the reaping that frees the ids
	reaped bool
}

// reach is what a level adds to the signals to the process group.
type reach interface {
	// kill kills, at once, what it can; it does not wait.
	kill()
	// thaw lets frozen processes run again.
	thaw()
	// members returns the living processes, without the child itself if that
	// has ended.
	members() []int
	// gone reports whether certainly nothing lives, if that can be told at once.
	// The child itself has ended, and its group was killed.
	gone() bool
	// clear kills until nothing lives, for a bounded time, and returns what
	// still does. The child itself has ended. If it was reaped, by somebody
	// else, its id is not to be relied on.
	clear(reaped bool) (survivors []int)
	// outOfMemory reports whether the kernel killed a member for its memory.
	outOfMemory() bool
	// release gives back what the level took, after the child was reaped.
	release()
}

// foster is what is different for a child that has another process for parent. That
// process keeps it as a zombie until it is told to reap it.
type foster interface {
	// gone returns nil if the parent lives, so that the child's id is its own.
	gone() error
	// signalGroup signals the child's group, also when the parent is gone.
	signalGroup(sig syscall.Signal) error
	// await blocks until the child has ended.
	await()
	// reap has the child reaped, and adds to end how it ended.
	reap(end End) (End, error)
	release()
}

// unknownSurvivor is among the survivors when it could not be found out who they
// are, or whether there are any: no descriptor was left to look.
const unknownSurvivor = -1

// PID returns the child's process id, which is also the id of its group.
func (t *Tree) PID() int { return t.pid }

// Level returns how far Kill and the end reach.
func (t *Tree) Level() Level { return t.level }

// Members returns the processes of the tree that live, as far as the level
// can tell: all of them, or the child alone.
func (t *Tree) Members() []int {
	if others := t.reach.members(); len(others) > 0 {
		return others
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.reaped {
		return nil
	}
	return []int{t.pid}
}

// Signal sends sig to the child's process group. CONT also thaws what is
// frozen. The error matches os.ErrProcessDone after the child was reaped.
func (t *Tree) Signal(sig syscall.Signal) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.reaped {
		return os.ErrProcessDone
	}
	if sig == syscall.SIGCONT {
		t.reach.thaw()
	}
	return t.signalGroup(sig)
}

func (t *Tree) signalGroup(sig syscall.Signal) error {
	if t.foster != nil {
		return t.foster.signalGroup(sig)
	}
	return signalGroup(t.pid, sig)
}

// Kill kills the group and all else that it can reach without waiting; the end
// of the child sees to the rest. After the end it does nothing and returns nil.
func (t *Tree) Kill() error {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.reaped {
		return nil
	}
	t.reach.kill()
	err := t.signalGroup(syscall.SIGKILL)
	if errors.Is(err, os.ErrProcessDone) || t.level == LevelCgroup && errors.Is(err, syscall.EPERM) {
		return nil // to its cgroup a process belongs that has another user, too
	}
	return err
}

// Terminate asks the whole group to end: TERM, and CONT so that a stopped or
// frozen process gets to see it.
func (t *Tree) Terminate() error {
	if err := t.Signal(syscall.SIGTERM); err != nil {
		return err
	}
	return t.Signal(syscall.SIGCONT)
}

// finish is all that follows the child's end, of which err says that something
// else in this process has reaped it: then its code cannot be had, and its id may
// be a stranger's. What is left of the tree is killed; when that is gone, as far
// as the level can tell, and not before, the child is reaped, so that no id can
// have gone to a stranger while it was signalled.
func (t *Tree) finish(err error) (End, error) {
	end := End{Code: -1, Started: t.started, Ended: time.Now()}
	defer t.release()
	if !t.detached {
		if err == nil || t.foster != nil {
			t.killGroup()
		}
		end.Survivors = t.reach.clear(err != nil)
		end.OutOfMemory = t.reach.outOfMemory()
	}
	t.mu.Lock()
	t.reaped = true
	t.mu.Unlock()
	switch {
	case err != nil:
		return end, err
	case t.foster != nil:
		return t.foster.reap(end)
	}
	return reap(t.pid, end)
}

// killGroup kills what is left of the group of a child that has ended and was
// not reaped. It does so once.
func (t *Tree) killGroup() {
	if !t.detached && !t.groupKilled {
		t.groupKilled = true
		_ = t.signalGroup(syscall.SIGKILL)
	}
}

// release gives back what the tree took, after the child was reaped or was not
// started.
func (t *Tree) release() {
	if t.pidfd >= 0 {
		_ = syscall.Close(t.pidfd)
		t.pidfd = -1
	}
	if t.foster != nil {
		t.foster.release()
	}
	t.reach.release()
	if t.detached {
		self.detachedEnded()
	}
}

func reap(pid int, end End) (End, error) {
	var status syscall.WaitStatus
	var usage syscall.Rusage
	if err := wait4(pid, &status, &usage); err != nil {
		return end, err
	}
	end.tell(status)
	end.UserTime = time.Duration(usage.Utime.Nano())
	end.SystemTime = time.Duration(usage.Stime.Nano())
	end.MaxRSSBytes = int64(usage.Maxrss) * rssUnitBytes
	return end, nil
}

// tell notes what a status of wait4(2) says.
func (e *End) tell(status syscall.WaitStatus) {
	e.Code = status.ExitStatus() // -1 if signalled
	if status.Signaled() {
		e.Signal = status.Signal()
	}
	e.CoreDumped = status.CoreDump()
}

func wait4(pid int, status *syscall.WaitStatus, usage *syscall.Rusage) error {
	for {
		_, err := syscall.Wait4(pid, status, 0, usage)
		if err != syscall.EINTR {
			return os.NewSyscallError("wait4", err)
		}
	}
}

// signalGroup sends sig to the group pgid. It refuses the ids that would reach
// more than a child: kill(-1) is every process, kill(0) is our own group.
func signalGroup(pgid int, sig syscall.Signal) error {
	if pgid <= 1 || pgid == syscall.Getpgrp() {
		return fmt.Errorf("refused to signal process group %d", pgid)
	}
	err := syscall.Kill(-pgid, sig)
	if err == syscall.ESRCH {
		return os.ErrProcessDone
	}
	return os.NewSyscallError("kill", err)
}
