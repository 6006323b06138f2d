//go:build unix

package ptyio_test

import (
	"testing"

	"brood/ptyio"
	"brood/ptyio/ptyiotest"
)

// pipesAreFull says that pipes have deadlines, and their children signals.
const pipesAreFull = true

func TestPTYConforms(t *testing.T) {
	ptyiotest.Conformance(t, ptyiotest.Subject{
		Transport:   ptyio.PTY{},
		Missing:     missing,
		Terminal:    true,
		NoStderr:    true,
		NoDeadlines: !ptyHasDeadlines,
	})
}
