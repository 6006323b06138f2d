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

func TestRawPTYConforms(t *testing.T) {
	ptyiotest.Conformance(t, ptyiotest.Subject{
		Transport:   ptyio.PTY{Raw: true},
		Missing:     missing,
		Terminal:    true,
		NoStderr:    true,
		NoDeadlines: !ptyHasDeadlines,
	})
}

func TestPTYWithStderrApartConforms(t *testing.T) {
	ptyiotest.Conformance(t, ptyiotest.Subject{
		Transport:   ptyio.PTY{StderrPipe: true},
		Missing:     missing,
		Terminal:    true,
		NoDeadlines: !ptyHasDeadlines,
	})
}
