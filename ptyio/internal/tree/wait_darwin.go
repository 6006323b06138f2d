package tree

import (
	"os"
	"syscall"
	"unsafe"
)

// rssUnitBytes is the unit of ru_maxrss, getrusage(2).
const rssUnitBytes = 1

// awaitExit blocks, with a thread, until the child pid has ended, and leaves it
// a zombie. It is the call that package os makes, which does not export it.
func awaitExit(pid int) error {
	const pPID = 1         // P_PID
	var siginfo [16]uint64 // siginfo_t needs 104 bytes
	for {
		_, _, errno := syscall.Syscall6(syscall.SYS_WAITID, pPID, uintptr(pid),
			uintptr(unsafe.Pointer(&siginfo[0])), syscall.WEXITED|syscall.WNOWAIT, 0, 0)
		if errno == 0 {
			return nil
		}
		if errno != syscall.EINTR {
			return os.NewSyscallError("waitid", errno)
		}
	}
}
