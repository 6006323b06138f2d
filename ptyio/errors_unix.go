//go:build unix

package ptyio

import "syscall"

// errTextBusy is the error of executing a file that is open for writing.
const errTextBusy = syscall.ETXTBSY
