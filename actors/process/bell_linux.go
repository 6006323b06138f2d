package process

import "golang.org/x/sys/unix"

// noSignal keeps a child that has closed its end from raising SIGPIPE.
const noSignal = unix.MSG_NOSIGNAL

func socketpair() ([2]int, error) {
	return unix.Socketpair(unix.AF_UNIX, unix.SOCK_STREAM|unix.SOCK_CLOEXEC, 0)
}
