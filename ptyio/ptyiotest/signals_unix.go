//go:build unix

package ptyiotest

import "syscall"

// What not all systems have.
const (
	sigWinch = syscall.SIGWINCH
	sigStop  = syscall.SIGSTOP
)

// defaultAction is signal(7)'s table.
func defaultAction(sig syscall.Signal) action {
	switch sig {
	case syscall.SIGCHLD, syscall.SIGURG, syscall.SIGWINCH:
		return ignoring
	case syscall.SIGSTOP, syscall.SIGTSTP, syscall.SIGTTIN, syscall.SIGTTOU:
		return stopping
	case syscall.SIGCONT:
		return resuming
	}
	return ending
}

func cannotBeCaught(sig syscall.Signal) bool {
	return sig == syscall.SIGKILL || sig == syscall.SIGSTOP
}
