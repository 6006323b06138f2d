package ptyio_test

import "syscall"

// gone reports whether pid is no process.
func gone(pid int) bool { return syscall.Kill(pid, 0) == syscall.ESRCH }

func guardiansOf(int) []int { return nil }
