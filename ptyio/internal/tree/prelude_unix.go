//go:build unix

package tree

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"syscall"
)

// preludeName is what a process is called while it is not yet the program that
// it was started for.
const preludeName = "brood-prelude"

// settingDir is what a fault says of the working directory.
const settingDir = "directory"

// prelude is what a child does to itself before it becomes the program: what
// can be set only from inside, between fork and exec.
type prelude struct {
	Settings
	Join   string // cgroup.procs file to write its id to
	Path   []byte // of the program; JSON would change a string that is not UTF-8
	Dir    []byte // to enter; empty: none
	Status int    // descriptor that takes the fault, closed by the exec
}

func (s *Settings) needsPrelude() bool {
	return s.User != nil || s.Umask != nil || s.Nice != 0 || len(s.Rlimits) > 0 ||
		s.NoNewPrivileges || ignoresJobControl()
}

// launchPrelude starts this program again as the prelude, which becomes the
// program of spec, and returns when it has. A fault on the way is the error,
// and then the process has been reaped.
func launchPrelude(spec Spec, join string, attr *syscall.ProcAttr) (int, error) {
	executable, err := ownExecutable()
	if err != nil {
		return 0, err
	}
	status, theirs, err := os.Pipe()
	if err != nil {
		return 0, err
	}
	defer status.Close()
	p := prelude{Settings: spec.Settings, Join: join, Path: []byte(spec.Path), Dir: []byte(spec.Dir), Status: len(attr.Files)}
	orders, err := json.Marshal(p)
	if err != nil {
		theirs.Close()
		return 0, err
	}
	attr.Files = append(attr.Files, theirs.Fd())
	attr.Dir = "" // it is entered as the user that the prelude becomes
	pid, err := fork(executable, append([]string{preludeName, string(orders)}, spec.Argv...), attr)
	theirs.Close()
	if err != nil {
		return 0, err
	}
	if err := readFault(status); err != nil {
		_ = wait4(pid, nil, nil)
		return 0, err
	}
	return pid, nil
}

// fault is how the prelude reports what went wrong.
type fault struct {
	Setting string // empty: the exec
	Errno   syscall.Errno
	Text    string // if it was not an errno
}

func readFault(status io.Reader) error {
	said, err := io.ReadAll(status)
	if err != nil || len(said) == 0 {
		return err // the exec has closed it, or a signal came before
	}
	var f fault
	if err := json.Unmarshal(said, &f); err != nil {
		return fmt.Errorf("prelude said %q", said)
	}
	switch {
	case f.Setting == settingDir:
		return &DirError{Err: f.Errno}
	case f.Errno == 0:
		err = errors.New(f.Text)
	case f.Setting != "" && f.Errno == syscall.ENOSYS:
		err = fmt.Errorf("%w: %w", f.Errno, errors.ErrUnsupported)
	default:
		err = f.Errno
	}
	if f.Setting == "" {
		return err
	}
	return &SettingError{Setting: f.Setting, Err: err}
}

// preludeMain runs in the child, alone on its main thread.
func preludeMain() {
	var p prelude
	if err := json.Unmarshal([]byte(os.Args[1]), &p); err != nil {
		return
	}
	syscall.CloseOnExec(p.Status)
	argv := os.Args[2:]
	setting, err := p.settle()
	if err == nil {
		setting, err = "", syscall.Exec(string(p.Path), argv, syscall.Environ())
	}
	f := fault{Setting: setting, Text: err.Error()}
	errors.As(err, &f.Errno)
	said, _ := json.Marshal(f)
	_, _ = syscall.Write(p.Status, said)
	syscall.Exit(127)
}

// settle makes the settings, in the order in which one does not take away the
// right to make the next. It returns the one that failed.
func (p *prelude) settle() (setting string, err error) {
	steps := []struct {
		name string
		do   func() error
	}{
		{"cgroup", p.joinCgroup},
		{"signals", restoreJobControl},
		{"niceness", p.renice},
		{"umask", p.mask},
		{"limit", p.limit},
		{"user", p.become},
		{settingDir, p.enterDir},
		{"no new privileges", p.renounce},
	}
	for _, step := range steps {
		if err := step.do(); err != nil {
			name := step.name
			var which *SettingError
			if errors.As(err, &which) {
				name = strings.TrimSpace(name + " " + which.Setting)
			}
			return name, err
		}
	}
	return "", nil
}

func (p *prelude) joinCgroup() error {
	if p.Join == "" {
		return nil
	}
	return os.WriteFile(p.Join, []byte("0"), 0)
}

func (p *prelude) enterDir() error {
	if len(p.Dir) == 0 {
		return nil
	}
	return syscall.Chdir(string(p.Dir))
}

func (p *prelude) mask() error {
	if p.Umask != nil {
		syscall.Umask(int(*p.Umask))
	}
	return nil
}

func (p *prelude) renice() error {
	if p.Nice == 0 {
		return nil
	}
	now, err := niceness()
	if err != nil {
		return err
	}
	return syscall.Setpriority(syscall.PRIO_PROCESS, 0, now+p.Nice)
}

func (p *prelude) limit() error {
	for _, l := range p.Rlimits {
		if err := setRlimit(l); err != nil {
			return &SettingError{Setting: fmt.Sprint(l.Resource), Err: err}
		}
	}
	return nil
}

func (p *prelude) become() error {
	u := p.User
	if u == nil {
		return nil
	}
	groups := make([]int, len(u.Groups))
	for i, g := range u.Groups {
		groups[i] = int(g)
	}
	// Groups first: who has given up root can not give up root's groups.
	if err := syscall.Setgroups(groups); err != nil {
		return err
	}
	if err := syscall.Setgid(int(u.GID)); err != nil {
		return err
	}
	return syscall.Setuid(int(u.UID))
}
