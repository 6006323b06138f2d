package tree

import "syscall"

func ignoresJobControl() bool { return false }

func restoreJobControl() error { return nil }

func niceness() (int, error) { return syscall.Getpriority(syscall.PRIO_PROCESS, 0) }

func setRlimit(l Rlimit) error {
	return syscall.Setrlimit(l.Resource, &syscall.Rlimit{Cur: l.Soft, Max: l.Hard})
}

// renounce answers ENOSYS: there is no such thing here.
func (p *prelude) renounce() error {
	if !p.NoNewPrivileges {
		return nil
	}
	return syscall.ENOSYS
}
