//go:build unix

package ptyio

import "syscall"

// errTextBusy is the error of executing a file that is open for writing.
const errTextBusy = syscall.ETXTBSY

// scarce lists the errors of a machine, a process or a user who has used up
// something. ENOSPC is the answer to one terminal, or one cgroup, too many.
func scarce() []syscall.Errno {
	return []syscall.Errno{syscall.EMFILE, syscall.ENFILE, syscall.EAGAIN, syscall.ENOMEM, syscall.ENOSPC}
}
