package ptyio

import "syscall"

// errTextBusy is the error of executing a file that is open for writing:
// ERROR_SHARING_VIOLATION.
const errTextBusy = syscall.Errno(32)
