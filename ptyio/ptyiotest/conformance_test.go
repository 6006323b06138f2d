package ptyiotest

import (
	"testing"
)

func TestScriptedConforms(t *testing.T) {
	t.Run("pipes", func(t *testing.T) { Conformance(t, scriptedPipes()) })
	t.Run("terminal", func(t *testing.T) { Conformance(t, scriptedTerminal()) })
}

func scriptedPipes() Subject { return Subject{Transport: Scripted{Main: Role}} }

func scriptedTerminal() Subject {
	return Subject{Transport: Scripted{Main: Role, Terminal: true}, Terminal: true, NoStderr: true}
}
