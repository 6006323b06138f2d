package ptyio

import (
	"io"
	"syscall"
	"time"
)

// Conn is one running child and our ends of its standard streams. Safe for
// concurrent use.
type Conn interface {
	// PID returns the child's process id, also of its group and session. It
	// stays the same after the end, when the system may have given it away.
	PID() int
	// Level returns how much of what the child starts is reached by Signal,
	// Kill and Stop, and killed when the child ends or its owner dies.
	Level() Level
	// Stdout returns what the child writes to its stdout; on a pty everything
	// that it prints, and what the terminal echoes. Nil if stdout goes elsewhere.
	Stdout() Output
	// Stderr returns what the child writes to its stderr; nil on a pty, unless
	// stderr has a pipe of its own, and if stderr goes elsewhere.
	Stderr() Output

	// Write writes to the child's stdin. It blocks while the child does not
	// read, until the write deadline (os.ErrDeadlineExceeded) or Close
	// (os.ErrClosed), and then tells how much was written. If nothing reads
	// any more the error matches syscall.EPIPE; if stdin goes elsewhere it is
	// ErrRedirected. Concurrent writes are not mixed.
	//
	// A terminal in its usual mode collects a line before the child gets it, and
	// cuts what is longer than 4095 bytes (Linux; macOS 1023) without a word. So
	// a Write that would make a longer line is refused whole with a
	// *LineTooLongError. What earlier Writes left of a line counts, and so does
	// what was erased, until the line ends: with a newline or what the terminal
	// takes for one, or its end-of-file character. The mode is looked up at each
	// Write; a child that changes it while a Write is under way is not seen. In
	// raw mode (PTY.Raw, or the child's own doing) there is no limit.
	Write(p []byte) (int, error)
	// SetWriteDeadline makes Writes, also one that is blocked, end at t; the
	// zero time means never.
	SetWriteDeadline(t time.Time) error
	// CloseStdin ends the child's input. On pipes it closes stdin; again does
	// nothing. On a pty it types the terminal's end-of-file character: once
	// after a newline, twice after an unfinished line of which the first only
	// hands over the line. A program that has put the terminal into raw mode
	// gets one, as a byte, and decides itself. The pty stays open for writing.
	// If stdin goes elsewhere the error is ErrRedirected.
	CloseStdin() error

	// Signal sends sig to the child's process group. After the end the error
	// matches os.ErrProcessDone. A shell with job control puts what it runs
	// into groups of their own, which are not reached: type Ctrl-C (3) instead.
	Signal(sig syscall.Signal) error
	// Kill kills the process group, and with it, as far as the containment
	// reaches, the whole tree. It does not wait. After the end it does nothing and
	// returns nil.
	Kill() error
	// Resize sets the size of the terminal, and the child gets WINCH. On pipes
	// it returns ErrNotTerminal; after the end os.ErrProcessDone.
	Resize(size Size) error

	// Wait blocks until the child has ended and was reaped. All callers, at
	// any time, get the same. It does not wait for output, and takes none
	// away. The error says that the end could not be observed because
	// something else in this program reaped the child (wait4(-1), SIGCHLD
	// ignored); the Exit then has Code -1 and no Signal.
	Wait() (Exit, error)
	// OnExit calls f once with what Wait returns: when the child has been
	// reaped, on the goroutine that waits for all children, or at once if it was
	// reaped before. f must not block: others would be reaped late.
	OnExit(f func(Exit, error))
	// Holders returns the processes, in order, that hold an output of the child
	// open: its end of the pipes, or the terminal. After the end it tells who
	// keeps Stdout or Stderr from ending. This process is left out, and so is
	// who cannot be seen: on Linux the processes of other users, unless this is
	// root, and elsewhere all. After Close there are none. It looks through all
	// of /proc, which takes milliseconds.
	Holders() []int
	// Stop asks the process group to end (TERM, and CONT for those that are
	// stopped or frozen), kills the whole tree after grace, and waits. Without a
	// positive grace it kills at once. It can be called in any state, any number
	// of times, and by many: they ask once, and the shortest grace counts. It
	// takes no longer than grace and 10 s. A *SurvivedError names what survived
	// the kill. Interactive shells ignore TERM: end one with CloseStdin or SIGHUP
	// to spare the grace.
	Stop(grace time.Duration) (Exit, error)
	// Close kills the tree if the child still runs and is not detached, without waiting
	// for it, and closes our ends: reads and writes, also those that are
	// blocked, return os.ErrClosed; a terminal is hung up. Again does nothing.
	Close() error
}

// Output is our end of a stream that a child writes. Read returns io.EOF when
// no process holds the other end any more, and os.ErrClosed after Conn.Close.
// Safe for concurrent use.
type Output interface {
	io.Reader
	// SetReadDeadline makes Reads, also one that is blocked, end at t with
	// os.ErrDeadlineExceeded; the zero time means never.
	SetReadDeadline(t time.Time) error
	// Receive is Read for those who wait long and often: it waits until there is
	// output, reads once, at most limit bytes and 64 KiB, and calls f with what
	// it got, which is valid during the call. While it waits it holds no buffer
	// (but on a terminal of macOS and on Windows), and it allocates nothing. f
	// is not called if there is an error; the errors are those of Read, and
	// EINVAL for a limit less than 1. A pipe that comes back full again and
	// again, 1 MiB in a row, is made larger on Linux (256 KiB), where the system
	// allows it.
	Receive(limit int, f func(data []byte)) error
}
