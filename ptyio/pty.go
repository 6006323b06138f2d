package ptyio

// PTY is the transport over a pseudo-terminal, for programs that want to talk
// to a human: shells, REPLs, progress bars. Stdin, stdout and, unless it has a
// pipe of its own, stderr of the child are one terminal, which is also the
// controlling terminal of its session. The zero value is ready.
//
// When the child ends, Linux hangs its session's terminal up, so that Stdout
// ends even if the child left something behind that holds the terminal open.
type PTY struct {
	// Size is the terminal's size at the start. Zero rows mean 24, zero
	// columns 80.
	Size Size
	// Term is the child's TERM, unless Env.Set names one. Empty means
	// xterm-256color.
	Term string
	// Raw starts the terminal in raw mode: bytes pass as they are in both
	// directions, without echo, line editing, a limit to lines, or signals. It
	// is so before the child runs. Zero: the usual mode, until the child changes
	// it.
	Raw bool
	// StderrPipe gives the child's stderr a pipe of its own, so that it can be
	// told from stdout. Bash takes stderr for its terminal: without one there it
	// has no job control.
	StderrPipe bool
}

var _ Transport = PTY{}

func (p PTY) size() Size {
	size := p.Size
	if size.Rows == 0 {
		size.Rows = 24
	}
	if size.Cols == 0 {
		size.Cols = 80
	}
	return size
}

// env adds TERM. It takes LINES and COLUMNS away: they tell the size of the
// owner's terminal, and programs believe them more than their own.
func (p PTY) env(e Env) Env {
	term := p.Term
	if term == "" {
		term = "xterm-256color"
	}
	return e.with("TERM", term, "LINES", "COLUMNS")
}
