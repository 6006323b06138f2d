//go:build unix

package tree

import (
	"os"
	"os/signal"
	"syscall"
)

// mayEnd are the signals that ask a process to end and that a program may well
// be started with, or decide for itself, to ignore. Those of job control are
// left alone: to catch them instead changes how the owner's own terminal
// behaves.
var mayEnd = [...]syscall.Signal{
	syscall.SIGHUP, syscall.SIGINT, syscall.SIGQUIT, syscall.SIGPIPE, syscall.SIGALRM,
	syscall.SIGTERM, syscall.SIGUSR1, syscall.SIGUSR2,
}

// unignore makes a child start with the default action for signals that the
// owner ignores, as everything does that nohup started. execve(2) hands an
// ignored signal on as ignored and a caught one as the default; so the owner
// catches the signal instead, and drops it, which for itself is the same.
func unignore() {
	for _, sig := range mayEnd {
		if signal.Ignored(sig) {
			signal.Notify(make(chan os.Signal, 1), sig) // never read: what does not fit is dropped
		}
	}
}
