package runtime

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/hashicorp/go-multierror"

	"brood/actors"
)

// ErrOutputLimit says that a command printed more than Run was told to keep;
// it was killed.
var ErrOutputLimit = errors.New("output limit exceeded")

// ErrTimeout says that a command's Timeout was over; it was stopped. It matches
// context.DeadlineExceeded.
var ErrTimeout error = timeoutError{}

type timeoutError struct{}

func (timeoutError) Error() string        { return "timed out" }
func (timeoutError) Timeout() bool        { return true }
func (timeoutError) Is(target error) bool { return target == context.DeadlineExceeded }

// ErrWorkerNotServing says that a process which was started as a worker makes a
// Runtime instead of calling worker.Serve first.
var ErrWorkerNotServing = errors.New("started as a worker that has not called worker.Serve")

// ErrLeftBehind says that a child, or a goroutine that serves it, was still
// there when the time to end it was over.
var ErrLeftBehind = errors.New("still running after its time to end")

// StartError says that a child ended before it was ready.
type StartError struct {
	// Command is the name of its executable.
	Command string
	Exit    actors.Exit
}

// Error names the command and how it ended.
func (e *StartError) Error() string {
	how := e.Exit.String()
	if e.Exit.Reason == actors.ReasonExited || e.Exit.Reason == actors.ReasonSignalled {
		how = "ended before it was ready: " + how
	}
	return fmt.Sprintf("runtime: start %s: %s%s", e.Command, how, tail(e.Exit))
}

// Unwrap returns the operating system's error, if the command could not be
// executed.
func (e *StartError) Unwrap() error { return e.Exit.Err }

// ExitError says that a command did not end with success. It matches
// ErrLeftBehind if something of it survived.
type ExitError struct {
	// Command is the command line as it could be typed, for reading only.
	Command string
	Exit    actors.Exit
	// Err is why Run ended the command: ErrOutputLimit, ErrTimeout, each wrapped,
	// or ctx's cause. If Run did not, it is what kept the command's input from it,
	// or nil.
	Err error
}

// Error names the command, why it was ended, how it ended, and the end of what
// it said on stderr.
func (e *ExitError) Error() string {
	how := e.Exit.String()
	if e.Err != nil {
		how = e.Err.Error() + ": " + how
	}
	return fmt.Sprintf("runtime: %s: %s%s", e.Command, how, tail(e.Exit))
}

// Is reports whether target is ErrLeftBehind and something survived.
func (e *ExitError) Is(target error) bool {
	return target == ErrLeftBehind && len(e.Exit.Survivors) > 0
}

// Unwrap returns Err, and the cause behind the exit, if there are any.
func (e *ExitError) Unwrap() (causes []error) {
	for _, err := range []error{e.Err, e.Exit.Err} {
		if err != nil {
			causes = append(causes, err)
		}
	}
	return causes
}

// joinFaults lists everything that is wrong with a spec, on one line.
func joinFaults(operation string, faults ...error) error {
	all := multierror.Append(nil, faults...)
	all.ErrorFormat = func(faults []error) string {
		return "runtime: " + operation + ": " + strings.ReplaceAll(errors.Join(faults...).Error(), "\n", "; ")
	}
	return all.ErrorOrNil()
}

// tail quotes the last line that the child left on stderr.
func tail(exit actors.Exit) string {
	text := strings.TrimSpace(string(exit.StderrTail))
	if text == "" {
		return ""
	}
	return fmt.Sprintf(": %q", text[strings.LastIndexByte(text, '\n')+1:])
}
