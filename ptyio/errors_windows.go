package ptyio

import "syscall"

// errTextBusy is the error of executing a file that is open for writing:
// ERROR_SHARING_VIOLATION.
const errTextBusy = syscall.Errno(32)

// scarce lists the errors of a machine or a process that has used up something:
// ERROR_TOO_MANY_OPEN_FILES, _NOT_ENOUGH_MEMORY, _OUTOFMEMORY,
// _NO_SYSTEM_RESOURCES, _COMMITMENT_LIMIT.
func scarce() []syscall.Errno { return []syscall.Errno{4, 8, 14, 1450, 1455} }
