package actors

import (
	"syscall"
	"time"

	"github.com/asynkron/protoactor-go/actor"
)

// Start asks a process actor to begin its next incarnation. It is ignored
// while one is running.
type Start struct{}

// Stop asks an actor that owns children to end them in order and to stay
// ended. It can be sent in any state and more than once; each sender gets a
// Stopped.
type Stop struct {
	// Grace is how long a child gets between the request to end and the kill
	// of its whole process group. Zero means the grace of the child's Spec;
	// negative means none: kill at once, also when an earlier Stop is under way.
	// Otherwise the first Stop's grace counts. It bounds the whole of a child's
	// stop plan.
	Grace time.Duration
	// Reason becomes that of the Exit. Zero means ReasonStopped. After any other
	// a supervisor does not take the end for one that was asked for, and starts
	// the child again as after a failure.
	Reason Reason
	// Err becomes that of the Exit, if Reason is set: why it was.
	Err error
}

// Stopped answers Stop when nothing of the receiver's children runs any more.
type Stopped struct {
	Who *actor.PID
	// Err says what could not be ended as asked; nil if all went well. If
	// something survived it is, or wraps, a *ptyio.SurvivedError.
	Err error
}

// Write asks a process actor to write Data to the child's stdin. What does not
// fit the kernel's buffer waits in the actor, up to the Spec's StdinLimitBytes;
// above it the sender gets Refused with ErrStdinFull; a single Write of any
// size is taken when nothing waits. On a terminal one with a line that the
// terminal would cut is answered with Refused and a *WriteError. Data is copied.
type Write struct{ Data []byte }

// Withdraw asks a process actor to write no more of an earlier Write of the
// same sender's, which is then answered with Refused: a *WriteError with Err as
// its cause. A Write that was answered is left alone.
type Withdraw struct {
	// Write is the message that was sent, by its address.
	Write *Write
	Err   error
}

// CloseStdin asks a process actor to close the child's stdin after what was
// written before. On a terminal it types the end-of-file character.
type CloseStdin struct{}

// Signal asks a process actor to send Sig to the child's whole process group.
type Signal struct{ Sig syscall.Signal }

// Resize asks a process actor to change the size of the child's terminal.
type Resize struct{ Rows, Cols uint16 }

// Refused tells the sender of a command that it could not be carried out.
type Refused struct {
	Who *actor.PID
	// Command is the message that was refused.
	Command any
	// Err says why: ErrNotRunning, ErrStdinFull, ErrStdinClosed, a *WriteError,
	// what matches ptyio.ErrRedirected, or the operating system's error.
	Err error
}

// Started says that the OS process of an incarnation runs.
type Started struct {
	Who         *actor.PID
	Incarnation uint32
	// PID is the OS process id. It is also the id of its process group.
	PID int
	// Containment is the word of the level of containment that is in force: how
	// much of what the process starts ends with it.
	Containment string
}

// Ready says that an incarnation can take work: its hello arrived, if it speaks
// a protocol, and its readiness was proven, if its Spec names a proof.
type Ready struct {
	Who         *actor.PID
	Incarnation uint32
}

// Stream tells the child's outputs apart.
type Stream uint8

// The child's outputs. On a terminal everything is Stdout.
const (
	Stdout Stream = 1
	Stderr Stream = 2
)

// String returns "stdout" or "stderr".
func (s Stream) String() string {
	if s == Stderr {
		return "stderr"
	}
	return "stdout"
}

// Output carries bytes that the child printed, in order for its stream. The
// receiver must answer with Ack for the process actor to read on: unanswered
// output is bounded, and then the child blocks.
type Output struct {
	Who         *actor.PID
	Incarnation uint32
	Stream      Stream
	// Data belongs to the receiver.
	Data []byte
	// Dropped counts the bytes of the stream that came before Data and were
	// dropped because the receiver was too slow.
	Dropped uint64
}

// Line is one line that a child printed, or a piece of one.
type Line struct {
	Stream Stream
	// Text is the line without its end, which is "\n" or "\r\n". It is valid
	// during the call that hands it over.
	Text []byte
	// Partial says that no end of line follows Text: it is a piece of a line
	// that is longer than pieces may be, and the next Line of the stream goes
	// on with it; or the output ended, or some was dropped, in the middle of
	// the line.
	Partial bool
	// Dropped counts the bytes of the stream that came before Text and were
	// dropped because the consumer was too slow. If the line before is partial
	// and Dropped is not zero, Text does not go on with it.
	Dropped uint64
}

// Ack tells a process actor that Output was consumed.
type Ack struct {
	// Incarnation and Stream are the Output's.
	Incarnation uint32
	Stream      Stream
	// Bytes is len(Output.Data); acks of several outputs may be added up.
	Bytes int
}

// Down says that an incarnation is over: its process has been reaped, its
// process group killed and all its output delivered.
type Down struct {
	Who         *actor.PID
	Incarnation uint32
	Exit        Exit
}

// OverLimit says that the tree of a child's processes passed a limit that its
// owner watches, and that it was not stopped for it (yet). Of a limit for which a
// child is stopped at once its Down tells.
type OverLimit struct {
	Who         *actor.PID
	Incarnation uint32
	// Retiring says that the child takes no task any more, and is stopped as
	// soon as it holds none. Else this is a warning.
	Retiring bool
	// Err is a *health.LimitError: which limit, and what was used.
	Err error
}

// GaveUp says that a supervisor saw more failures than its intensity allows
// and has stopped all its children for good.
type GaveUp struct {
	Who *actor.PID
	// Err tells the last failure and the limit that was passed; it matches
	// ErrGaveUp.
	Err error
}
