package ptyio_test

import (
	"testing"

	"brood/ptyio"
	"brood/ptyio/ptyiotest"
)

// missing is a command that no transport to processes of this machine can start.
var missing = ptyio.Command{Path: "/no/such/program"}

func TestPipesConform(t *testing.T) {
	ptyiotest.Conformance(t, ptyiotest.Subject{
		Transport:   ptyio.Pipes{},
		Missing:     missing,
		NoSignals:   !pipesAreFull,
		NoDeadlines: !pipesAreFull,
	})
}
