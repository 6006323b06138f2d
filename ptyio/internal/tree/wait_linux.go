package tree

import (
	"os"

	"golang.org/x/sys/unix"
)

// rssUnitBytes is the unit of ru_maxrss, getrusage(2).
const rssUnitBytes = 1024

// awaitExit returns when the child pid has ended, and leaves it a zombie. It
// waits in the runtime's poller, so that a waiting child costs a goroutine and
// no thread; without pidfds (Linux before 5.10, no descriptor left) it blocks.
func awaitExit(pid int) error {
	if fd, err := unix.PidfdOpen(pid, unix.PIDFD_NONBLOCK); err == nil {
		f := os.NewFile(uintptr(fd), "pidfd")
		defer f.Close()
		if awaitPolled(f) == nil {
			return nil
		}
	}
	return waitid(unix.P_PID, pid, nil, 0)
}

func awaitPolled(pidfd *os.File) error {
	conn, err := pidfd.SyscallConn()
	if err != nil {
		return err
	}
	var waitErr error
	err = conn.Read(func(fd uintptr) bool {
		var info unix.Siginfo
		waitErr = waitid(unix.P_PIDFD, int(fd), &info, unix.WNOHANG)
		return waitErr != nil || info.Signo != 0 // 0: nothing has ended yet
	})
	if err != nil {
		return err
	}
	return waitErr
}

func waitid(kind, id int, info *unix.Siginfo, options int) error {
	for {
		err := unix.Waitid(kind, id, info, unix.WEXITED|unix.WNOWAIT|options, nil)
		if err != unix.EINTR {
			return os.NewSyscallError("waitid", err)
		}
	}
}
