package runtime

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"

	"brood/actors"
)

// DefaultMaxOutputBytes is RunSpec.MaxOutputBytes's default.
const DefaultMaxOutputBytes = 1 << 20

// RunSpec describes a command that runs to its end. Only Command is required.
type RunSpec struct {
	Command Command
	// Transport connects the command's standard streams. Nil means Pipes. On a
	// terminal all output is Stdout.
	Transport Transport
	// Stdin is written to the command's stdin, which is then closed. A command need
	// not read it; but what it could not be given is an error: a line that a
	// terminal would cut (ptyio.ErrLineTooLong; nothing of Stdin is written then).
	Stdin []byte
	// StdinFrom is read and written to the command's stdin, which is then closed;
	// an error of it ends the input, and becomes that of a run that else went
	// well. A line that a terminal would cut is such an error. It is read on a
	// goroutine of its own, ahead of the command by what a pipe holds. Run does not
	// wait for a Read that is still blocked when the command has ended: that
	// goroutine ends when the Read returns, and what it read is lost. Stdin,
	// StdinFrom and a Transport with a stdin of its own (Pipes.Stdin) exclude each
	// other.
	StdinFrom io.Reader
	// MaxOutputBytes bounds what is kept of stdout and of stderr, each. A
	// command that prints more is killed. Zero means 1 MiB.
	MaxOutputBytes int
	// Timeout bounds the command's life: when it is over the command is ended,
	// and the error matches ErrTimeout and context.DeadlineExceeded. Zero: no
	// bound but ctx.
	Timeout time.Duration
	// Grace is how long the command gets between the request to end and KILL,
	// if ctx or Timeout ends before it. It bounds a StopPlan. Zero means 5 s,
	// with a StopPlan the time that it takes.
	Grace time.Duration
	// StopPlan is how the command is asked to end. Nil: by TERM.
	StopPlan StopPlan
	// SuccessCodes are exit codes that are no failure, beside 0.
	SuccessCodes []int
}

// success reports whether an exit is no failure.
func (s *RunSpec) success(exit actors.Exit) bool {
	expected := exit.Reason == actors.ReasonExited && slices.Contains(s.SuccessCodes, exit.Code)
	return (exit.Success() || expected) && len(exit.Survivors) == 0
}

// RunResult is what a command left.
type RunResult struct {
	Stdout, Stderr []byte
	Exit           actors.Exit
}

// Text returns Stdout without the end of its last line.
func (r *RunResult) Text() string {
	return strings.TrimSuffix(strings.TrimSuffix(string(r.Stdout), "\n"), "\r")
}

// faults is what is wrong with the spec beside what the process actor checks.
func (s *RunSpec) faults() error {
	var faults []error
	if s.MaxOutputBytes < 0 {
		faults = append(faults, fmt.Errorf("MaxOutputBytes is %d", s.MaxOutputBytes))
	}
	if s.Timeout < 0 {
		faults = append(faults, fmt.Errorf("Timeout is %s", s.Timeout))
	}
	if s.Stdin != nil && s.StdinFrom != nil {
		faults = append(faults, errors.New("both Stdin and StdinFrom are set"))
	}
	if redirectsStdin(s.Transport) {
		if s.Stdin != nil {
			faults = append(faults, errors.New("both Stdin and Transport's Stdin are set"))
		}
		if s.StdinFrom != nil {
			faults = append(faults, errors.New("both StdinFrom and Transport's Stdin are set"))
		}
	}
	return errors.Join(faults...)
}

// redirectsStdin reports whether a command on t has a stdin that is not a pipe from
// its owner. Of another package's transport that is found out by writing.
func redirectsStdin(t Transport) bool {
	switch pipes := t.(type) {
	case Pipes:
		return pipes.Stdin != Stdio{}
	case *Pipes:
		return pipes.Stdin != Stdio{}
	}
	return false
}

// commandLine writes a command as it could be typed, quoting what needs it.
func commandLine(c Command) string {
	words := append([]string{c.Path}, c.Args...)
	for i, word := range words {
		quoted := strconv.Quote(word)
		escaped := len(quoted) > len(word)+2 // it holds what would not show, or not as it is
		if word == "" || escaped || strings.ContainsAny(word, " '`$&|;<>(){}*?[]#~!") {
			words[i] = quoted
		}
	}
	return strings.Join(words, " ")
}
