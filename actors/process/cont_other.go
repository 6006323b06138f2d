//go:build !unix

package process

import "syscall"

var sigCont []syscall.Signal
