//go:build unix

package tree

import (
	"errors"
	"fmt"
	"os"
	"runtime"
	"sync"
	"syscall"
	"time"
)

// Tree is a started child with its process group. Safe for concurrent use,
// except that Wait is called once.
type Tree struct {
	pid     int // also the group's and the session's id
	started time.Time

	mu     sync.Mutex // orders signals before the reaping that frees the ids
	reaped bool
}

// Start runs spec in a session, and so in a process group, of its own. It
// returns when the program was executed; the error is the operating system's,
// and then there is no process. After success Wait must be called.
//
// Start marks every descriptor of this process from 3 up close-on-exec, so
// that the child gets spec.Files and nothing else, and catches (and drops)
// signals that it was told to ignore, so that the child does not inherit that.
func Start(spec Spec) (*Tree, error) {
	files := make([]uintptr, len(spec.Files))
	for i, f := range spec.Files {
		files[i] = f.Fd()
		if int32(files[i]) < 0 {
			return nil, fmt.Errorf("descriptor %d of the child: %w", i, os.ErrClosed)
		}
	}
	if err := markDescriptors(); err != nil {
		return nil, err
	}
	unignore()
	started := time.Now() // before the fork: no event of the child is older
	pid, _, err := syscall.StartProcess(spec.Path, spec.Argv, &syscall.ProcAttr{
		Dir:   spec.Dir,
		Env:   spec.Env,
		Files: files,
		Sys:   &syscall.SysProcAttr{Setsid: true, Setctty: spec.Terminal},
	})
	runtime.KeepAlive(spec.Files) // their finalizers would close what the fork needs
	if err != nil {
		return nil, err
	}
	return &Tree{pid: pid, started: started}, nil
}

// PID returns the child's process id, which is also the id of its group.
func (t *Tree) PID() int { return t.pid }

// Level returns how far Signal and Kill reach.
func (t *Tree) Level() Level { return LevelGroup }

// Signal sends sig to the whole group. The error matches os.ErrProcessDone
// after the child was reaped.
func (t *Tree) Signal(sig syscall.Signal) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.reaped {
		return os.ErrProcessDone
	}
	return signalGroup(t.pid, sig)
}

// Kill kills the whole group; after the end it does nothing and returns nil.
func (t *Tree) Kill() error {
	if err := t.Signal(syscall.SIGKILL); !errors.Is(err, os.ErrProcessDone) {
		return err
	}
	return nil
}

// Terminate asks the whole group to end: TERM, and CONT so that a stopped
// process gets to see it.
func (t *Tree) Terminate() error {
	if err := t.Signal(syscall.SIGTERM); err != nil {
		return err
	}
	return t.Signal(syscall.SIGCONT)
}

// Wait waits until the child has ended, kills what is left of its group and
// reaps the child. The others are killed but not awaited: they are not ours to
// wait for. The error says that the child's end could not be had, because
// something else in this process reaped it; nothing is signalled then.
func (t *Tree) Wait() (End, error) {
	err := awaitExit(t.pid)
	end := End{Code: -1, Started: t.started, Ended: time.Now()}
	t.mu.Lock()
	defer t.mu.Unlock()
	t.reaped = true
	if err != nil {
		return end, err
	}
	// The child is still a zombie here, so its id, and the group's, cannot
	// have gone to a stranger. After the reaping they can.
	_ = signalGroup(t.pid, syscall.SIGKILL)
	return reap(t.pid, end)
}

func reap(pid int, end End) (End, error) {
	var status syscall.WaitStatus
	var usage syscall.Rusage
	for {
		_, err := syscall.Wait4(pid, &status, 0, &usage)
		if err == nil {
			break
		}
		if err != syscall.EINTR {
			return end, os.NewSyscallError("wait4", err)
		}
	}
	end.Code = status.ExitStatus() // -1 if signalled
	if status.Signaled() {
		end.Signal = status.Signal()
	}
	end.CoreDumped = status.CoreDump()
	end.UserTime = time.Duration(usage.Utime.Nano())
	end.SystemTime = time.Duration(usage.Stime.Nano())
	end.MaxRSSBytes = int64(usage.Maxrss) * rssUnitBytes
	return end, nil
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
