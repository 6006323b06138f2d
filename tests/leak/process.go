package leak

import "fmt"

// Process is a process that this test binary, or a descendant of it, started.
type Process struct {
	PID int
	// Command is its command line, the arguments separated by spaces; the
	// name of the executable in brackets if it has none.
	Command string
	// State is the state letter of proc(5): R, S, D, T and so on.
	State string
}

// String returns all three, as in "process 4711 (S): /tmp/x.test -test.v".
func (p Process) String() string {
	return fmt.Sprintf("process %d (%s): %s", p.PID, p.State, p.Command)
}
