package ptyio

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"syscall"
)

// What callers branch on with errors.Is, beside os.ErrProcessDone,
// os.ErrClosed, os.ErrDeadlineExceeded, syscall.EPIPE and the errors of a
// start: fs.ErrNotExist, fs.ErrPermission, exec.ErrNotFound, exec.ErrDot.
var (
	// ErrUnsupported: the platform has no such thing (a pty on Windows). It
	// matches errors.ErrUnsupported.
	ErrUnsupported = fmt.Errorf("not on this platform: %w", errors.ErrUnsupported)
	// ErrNotTerminal: the child is on pipes, which have no size.
	ErrNotTerminal = errors.New("not a terminal")
	// ErrSurvived: the child still runs, some time after it was killed. It
	// hangs in the kernel, as on a dead network disk.
	ErrSurvived = errors.New("still running after kill")
)

// errInvalid is the cause of what a Command's own faults are reported with.
const errInvalid = syscall.EINVAL

// SurvivedError says which processes of a child's tree were still there some
// time after they had been killed. It matches ErrSurvived.
type SurvivedError struct {
	// PIDs are the processes.
	PIDs []int
	// Level is how far the containment reached.
	Level Level
}

// Error names the processes.
func (e *SurvivedError) Error() string {
	return fmt.Sprintf("%v: %v (containment: %s)", ErrSurvived, e.PIDs, e.Level)
}

// Is reports whether target is ErrSurvived.
func (e *SurvivedError) Is(target error) bool { return target == ErrSurvived }

// StartError says why a command could not be started: nothing runs then and
// nothing was left open.
type StartError struct {
	// Path is the program, as found in PATH, or as the Command named it.
	Path string
	// Dir is the working directory if that was the trouble, else empty.
	Dir string
	// Err is the cause.
	Err error
}

// Error tells the program, the directory if that was the trouble, and the cause.
func (e *StartError) Error() string {
	if e.Dir != "" {
		return fmt.Sprintf("ptyio: start %s: directory %s: %v", e.Path, e.Dir, e.Err)
	}
	return fmt.Sprintf("ptyio: start %s: %v", e.Path, e.Err)
}

// Unwrap returns the cause.
func (e *StartError) Unwrap() error { return e.Err }

// opError adds the operation and the child's name. io.EOF stays what it is.
func opError(op, name string, err error) error {
	if err == nil || err == io.EOF {
		return err
	}
	return fmt.Errorf("ptyio: %s %s: %w", op, name, bare(err))
}

// bare takes away the operation and the path that package os put around err.
func bare(err error) error {
	var path *fs.PathError
	if errors.As(err, &path) {
		return path.Err
	}
	return err
}
