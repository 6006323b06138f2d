package tree

import (
	"syscall"
	"unsafe"

	"golang.org/x/sys/unix"
)

// jobControl are the signals that Go leaves as they were when the owner was
// started, and that a shell without job control hands on as ignored.
var jobControl = [...]syscall.Signal{syscall.SIGTSTP, syscall.SIGTTIN, syscall.SIGTTOU}

// action is struct sigaction of the kernel; the handler comes first.
type action struct{ handler, flags, restorer, mask uintptr }

const (
	signalDefault = 0 // SIG_DFL
	signalIgnored = 1 // SIG_IGN
	sigsetBytes   = 8
)

func ignoresJobControl() bool {
	for _, sig := range jobControl {
		var now action
		_, _, errno := unix.RawSyscall6(unix.SYS_RT_SIGACTION, uintptr(sig), 0, uintptr(unsafe.Pointer(&now)), sigsetBytes, 0, 0)
		if errno == 0 && now.handler == signalIgnored {
			return true
		}
	}
	return false
}

func restoreJobControl() error {
	for _, sig := range jobControl {
		now := action{handler: signalDefault}
		_, _, errno := unix.RawSyscall6(unix.SYS_RT_SIGACTION, uintptr(sig), uintptr(unsafe.Pointer(&now)), 0, sigsetBytes, 0, 0)
		if errno != 0 {
			return errno
		}
	}
	return nil
}

// niceness returns the calling thread's. The system call tells 20 minus it.
func niceness() (int, error) {
	prio, err := syscall.Getpriority(syscall.PRIO_PROCESS, 0)
	return 20 - prio, err
}

// setRlimit goes through package syscall, which otherwise would put the limit
// of descriptors back to the owner's in the exec.
func setRlimit(l Rlimit) error {
	return syscall.Setrlimit(l.Resource, &syscall.Rlimit{Cur: l.Soft, Max: l.Hard})
}

func (p *prelude) renounce() error {
	if !p.NoNewPrivileges {
		return nil
	}
	return unix.Prctl(unix.PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
}
