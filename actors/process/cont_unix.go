//go:build unix

package process

import "syscall"

// sigCont wakes a stopped process, so that it can handle the signal before it.
var sigCont = []syscall.Signal{syscall.SIGCONT}
