package ptyio

import (
	"os"

	"golang.org/x/sys/unix"
)

const (
	getTermios   = unix.TCGETS
	setTermios   = unix.TCSETS
	disabledChar = 0 // _POSIX_VDISABLE
	// canonicalBytes is how long a line may be, without its end: N_TTY_BUF_SIZE
	// less one for the end.
	canonicalBytes = 4095
)

// openPTY opens a pseudo-terminal. The master is non-blocking from the start,
// so that deadlines and Close work and a waiting read holds no thread. The
// slave comes from the master itself, not from its name: under another mount of
// /dev/pts the name is somebody else's terminal.
func openPTY() (master, slave *os.File, err error) {
	const flags = unix.O_RDWR | unix.O_NOCTTY | unix.O_CLOEXEC
	fd, err := unix.Open("/dev/ptmx", flags|unix.O_NONBLOCK, 0)
	if err != nil {
		return nil, nil, os.NewSyscallError("open /dev/ptmx", err)
	}
	master = os.NewFile(uintptr(fd), "pty")
	if err := unix.IoctlSetPointerInt(fd, unix.TIOCSPTLCK, 0); err != nil {
		master.Close()
		return nil, nil, os.NewSyscallError("unlock pty", err)
	}
	peer, _, errno := unix.Syscall(unix.SYS_IOCTL, uintptr(fd), unix.TIOCGPTPEER, flags)
	if errno != 0 {
		master.Close()
		return nil, nil, os.NewSyscallError("open pty slave", errno)
	}
	slave = os.NewFile(peer, "pty slave")
	if master, err = aboveStd(master); err != nil {
		closeAll(master, slave)
		return nil, nil, err
	}
	return master, slave, nil
}
