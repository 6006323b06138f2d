//go:build unix && !linux

package nonblock

import "syscall"

// Where system calls go through the system's library, its way is the only one.

func read(fd uintptr, p []byte) (int, syscall.Errno)  { return number(syscall.Read(int(fd), p)) }
func write(fd uintptr, p []byte) (int, syscall.Errno) { return number(syscall.Write(int(fd), p)) }

func number(n int, err error) (int, syscall.Errno) {
	if err == nil {
		return n, 0
	}
	if errno, ok := err.(syscall.Errno); ok {
		return 0, errno
	}
	return 0, syscall.EIO
}
