//go:build unix

package ptyiotest

import (
	"os"
	"os/signal"
	"syscall"
)

// terminalResized returns a function that waits for the next change of the
// terminal's size since the last call, or since now.
func terminalResized() func() {
	changes := make(chan os.Signal, 1)
	signal.Notify(changes, syscall.SIGWINCH)
	return func() { <-changes }
}
