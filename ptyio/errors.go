package ptyio

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"strconv"
	"strings"
	"syscall"
	"unicode/utf8"
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
	// ErrRedirected: the child's stdin is not a pipe to its owner, so the owner
	// can neither write to it nor close it.
	ErrRedirected = errors.New("stdin is redirected")
	// ErrLineTooLong: a line that the terminal would have cut. It was not
	// written.
	ErrLineTooLong = errors.New("line too long for the terminal")
)

// Causes of a StartError, beside those of package os.
var (
	// ErrResources: the machine, or this process or its user, has no more of
	// what a start needs: descriptors, terminals, processes or memory. The same
	// start may succeed later. The system's own number matches too: EMFILE,
	// ENFILE, EAGAIN, ENOMEM, ENOSPC.
	ErrResources = errors.New("out of resources")
	// ErrInterpreter: the program is there, but what is to run it is not, or
	// cannot be run: the interpreter that a script names in its first line, or
	// the loader of a binary. The text names it. The error matches fs.ErrNotExist or
	// fs.ErrPermission as well; ask for ErrInterpreter first.
	ErrInterpreter = errors.New("interpreter cannot be run")
	// ErrTextBusy: the program's file was open for writing all the time that the
	// start was tried. On Unix it is syscall.ETXTBSY.
	ErrTextBusy error = errTextBusy
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

// LineTooLongError says how long a line was and may be. It matches
// ErrLineTooLong.
type LineTooLongError struct {
	// LimitBytes is how long a line may be, without its end.
	LimitBytes int
	// SizeBytes is how long the longest line would have become, with what
	// earlier writes left unfinished.
	SizeBytes int
}

// Error tells both lengths.
func (e *LineTooLongError) Error() string {
	return fmt.Sprintf("%v: %d bytes, at most %d", ErrLineTooLong, e.SizeBytes, e.LimitBytes)
}

// Is reports whether target is ErrLineTooLong.
func (e *LineTooLongError) Is(target error) bool { return target == ErrLineTooLong }

// StartError says why a command could not be started: nothing runs then and
// nothing was left open. What it is about:
//
//	no such program              fs.ErrNotExist, in PATH also exec.ErrNotFound
//	it may not be executed       fs.ErrPermission
//	it is a directory            syscall.EISDIR
//	a part of its path is a file syscall.ENOTDIR
//	its name is too long         syscall.ENAMETOOLONG
//	no program: no "#!", no ELF  syscall.ENOEXEC
//	its interpreter              ErrInterpreter
//	open for writing             ErrTextBusy
//	found in "." of PATH         exec.ErrDot
//	arguments and environment    syscall.E2BIG (on Linux also one of 128 KiB)
//	the command itself           syscall.EINVAL (a NUL byte, no program, ...)
//	not now                      ErrResources
//	the working directory        Dir is set, whatever the cause
type StartError struct {
	// Path is the program, as found in PATH, or as the Command named it.
	Path string
	// Dir is the working directory if that was the trouble, else empty. It is
	// "." for the owner's own.
	Dir string
	// Err is the cause.
	Err error
}

// Error tells the program, the directory if that was the trouble, and the cause.
func (e *StartError) Error() string {
	if e.Dir != "" {
		return fmt.Sprintf("ptyio: start %s: directory %s: %v", onOneLine(e.Path), onOneLine(e.Dir), e.Err)
	}
	return fmt.Sprintf("ptyio: start %s: %v", onOneLine(e.Path), e.Err)
}

// Is reports whether target is ErrResources and the cause is one of those.
func (e *StartError) Is(target error) bool { return target == ErrResources && outOfResources(e.Err) }

// Unwrap returns the cause.
func (e *StartError) Unwrap() error { return e.Err }

// onOneLine quotes a name that holds what would break the message, or would not
// show in it.
func onOneLine(name string) string {
	hidden := func(r rune) bool { return !strconv.IsPrint(r) }
	if strings.ContainsFunc(name, hidden) || !utf8.ValidString(name) {
		return strconv.Quote(name)
	}
	return name
}

func outOfResources(err error) bool {
	for _, errno := range scarce() {
		if errors.Is(err, errno) {
			return true
		}
	}
	return false
}

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
