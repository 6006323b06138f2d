//go:build unix

package main

import "syscall"

// openFlags keep an open from following a link, and from waiting for somebody
// at the other end of a pipe.
const openFlags = syscall.O_NOFOLLOW | syscall.O_NONBLOCK
