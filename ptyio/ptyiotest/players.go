package ptyiotest

import (
	"os"
	"os/signal"
	"time"

	"golang.org/x/term"

	"brood/ptyio"
)

// roleWord is the first argument of a command that plays a role.
const roleWord = "ptyiotest.role"

// RoleCommand returns the command that executes this test binary again to play
// a role of Conformance; its TestMain must call RunRole. It is what
// Subject.Command does if it is nil.
func RoleCommand(role string, args ...string) ptyio.Command {
	self, err := os.Executable()
	if err != nil {
		self = os.Args[0] // if that is wrong too, the start says so
	}
	return ptyio.Command{
		Path: self,
		Args: append([]string{roleWord, role}, args...),
		// A program with the race detector would wait for a second at its end.
		Env: ptyio.Env{Set: map[string]string{"GORACE": "atexit_sleep_ms=0"}},
	}
}

// RunRole returns if this program was not started by a RoleCommand. Else it
// plays the role and ends the program. Call it first in TestMain:
//
//	func TestMain(m *testing.M) {
//		ptyiotest.RunRole()
//		os.Exit(m.Run())
//	}
func RunRole() {
	if len(os.Args) < 3 || os.Args[1] != roleWord {
		return
	}
	os.Exit(play(os.Args[2], &player{
		args:   os.Args[3:],
		getenv: os.Getenv,
		stdin:  os.Stdin, stdout: os.Stdout, stderr: os.Stderr,
		notify:  signal.Notify,
		ignore:  signal.Ignore,
		await:   func(ch <-chan os.Signal) os.Signal { return <-ch },
		raw:     makeRaw,
		hang:    hang,
		size:    terminalSize,
		resized: terminalResized(),
	}))
}

// Role is the Main of a Scripted transport whose children play the roles of
// Conformance, from a RoleCommand.
func Role(c *Child) int {
	args := c.Command.Args
	if len(args) < 2 || args[0] != roleWord {
		return 2
	}
	return play(args[1], &player{
		args:   args[2:],
		getenv: c.Getenv,
		stdin:  c.Stdin, stdout: c.Stdout, stderr: c.Stderr,
		notify: c.Notify,
		ignore: c.Ignore,
		await:  c.Await,
		raw:    func() {},
		hang:   c.Hang,
		size:   c.Size,
		resized: func() {
			select {
			case <-c.Resized():
			case <-c.Done():
			}
		},
	})
}

func makeRaw() {
	if term.IsTerminal(0) {
		_, _ = term.MakeRaw(0) // the process ends with the terminal: nothing to restore
	}
}

// hangTime bounds the life of a process that nothing ends.
const hangTime = 10 * time.Minute

func hang() { <-time.NewTimer(hangTime).C }

func terminalSize() ptyio.Size {
	cols, rows, err := term.GetSize(0)
	if err != nil {
		return ptyio.Size{}
	}
	return ptyio.Size{Rows: uint16(rows), Cols: uint16(cols)}
}
