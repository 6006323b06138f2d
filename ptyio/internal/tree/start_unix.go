//go:build unix

package tree

import (
	"fmt"
	"os"
	"runtime"
	"syscall"
	"time"
)

// Start runs spec in a session, and so in a process group, of its own, at the
// strongest level that spec and the machine allow. It returns when the program
// was executed; the error is the operating system's, a *LevelError, a *SetupError
// or a *SettingError, and then there is no process. After success Await must be
// called.
//
// Start marks every descriptor of this process from 3 up close-on-exec, so
// that the child gets spec.Files and nothing else, and catches (and drops)
// signals that it was told to ignore, so that the child does not inherit that.
func Start(spec Spec) (*Tree, error) {
	t, err := admit(&spec)
	if err != nil && self.forget(err) {
		t, err = admit(&spec)
	}
	if err != nil {
		return nil, err
	}
	t.started = time.Now() // before the fork: no event of the child is older
	if spec.Zygote != nil {
		err = spec.Zygote.launch(t, &spec)
	} else {
		t.pid, err = launch(spec, t.reach, &t.pidfd)
	}
	if err != nil {
		t.release()
		return nil, err
	}
	self.started(t)
	return t, nil
}

// admit makes the tree of a child that is about to be started.
func admit(spec *Spec) (*Tree, error) {
	level, err := self.level(*spec)
	if err != nil {
		return nil, err
	}
	t := &Tree{level: level, detached: spec.Detached, pidfd: -1}
	if t.reach, err = self.enter(t, spec); err != nil {
		return nil, err
	}
	if outer := os.Getenv(markName); outer != "" && level < LevelMarks {
		// With no mark of ours it still belongs to the tree that we are in.
		spec.Env = append([]string{markName + "=" + outer}, spec.Env...)
	}
	return t, nil
}

// launch starts the program itself, or the prelude that becomes it, and returns
// its id and, if there is such a thing, a descriptor of it in pidfd.
func launch(spec Spec, r reach, pidfd *int) (int, error) {
	files := make([]uintptr, len(spec.Files))
	for i, f := range spec.Files {
		files[i] = f.Fd()
		if int32(files[i]) < 0 {
			return 0, fmt.Errorf("descriptor %d of the child: %w", i, os.ErrClosed)
		}
	}
	defer runtime.KeepAlive(spec.Files) // their finalizers would close what the fork needs
	if err := markDescriptors(); err != nil {
		return 0, err
	}
	unignore()
	attr := &syscall.ProcAttr{
		Dir:   spec.Dir,
		Env:   spec.Env,
		Files: files,
		Sys:   &syscall.SysProcAttr{Setsid: true, Setctty: spec.Terminal},
	}
	wantPidfd(attr.Sys, pidfd)
	join := ""
	if c, ok := r.(joiner); ok {
		join = c.join(attr.Sys)
		defer c.joined()
	}
	if join == "" && !spec.needsPrelude() {
		return fork(spec.Path, spec.Argv, attr)
	}
	return launchPrelude(spec, join, attr)
}

// joiner is a reach that the child must join as it starts.
type joiner interface {
	// join makes the fork put the child inside, or returns the file that the
	// child has to write its id to.
	join(attr *syscall.SysProcAttr) (file string)
	// joined gives back what only join needed.
	joined()
}

// fork starts the program with an empty signal mask.
func fork(path string, argv []string, attr *syscall.ProcAttr) (pid int, err error) {
	withEmptyMask(func() { pid, _, err = syscall.StartProcess(path, argv, attr) })
	return pid, err
}
