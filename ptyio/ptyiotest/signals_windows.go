package ptyiotest

import "syscall"

// sigWinch is the number that most systems give it.
const sigWinch = syscall.Signal(28)

const sigStop = syscall.Signal(0) // there is none

// defaultAction knows the signals that package syscall names here, all of which
// end a process, and sigWinch.
func defaultAction(sig syscall.Signal) action {
	if sig == sigWinch {
		return ignoring
	}
	return ending
}

func cannotBeCaught(sig syscall.Signal) bool { return sig == syscall.SIGKILL }
