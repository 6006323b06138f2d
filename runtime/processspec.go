package runtime

import (
	"time"

	"github.com/asynkron/protoactor-go/actor"

	"brood/actors"
	"brood/actors/process"
)

// ProcessSpec describes a long-running child. Only Command is required. A child
// that is Command.Detached is ended by Process.Stop, and by nothing else:
// Shutdown, Kill and the program's end let it go. What it prints to a pipe then
// finds no reader: connect it with a file, or with nothing.
type ProcessSpec struct {
	Command Command
	// Name is the child's name in telemetry, one of few, and part of its
	// actor's name. Zero: the name of the command's executable.
	Name string
	// Transport connects the child's standard streams. Nil means Pipes.
	Transport Transport
	// Protocol makes the child a worker that takes tasks as messages, and
	// is ready only after its hello. Nil: it takes none.
	Protocol Protocol
	// Prefetch is how many tasks it may hold at once. Zero means 1.
	Prefetch int
	// Restart says after which ends it is started again. Zero means Permanent:
	// after every end that was not asked for.
	Restart Restart
	// Intensity restarts within Period are allowed; one more and the child is
	// given up. Both zero mean 1 in 5 s.
	Intensity int
	Period    time.Duration
	// Backoff is the pause before each restart; see supervisor.Backoff for
	// its zero value.
	Backoff Backoff
	// Ready proves that the child is ready, besides a protocol's hello: Start
	// returns then. Nil: with its hello, without a protocol when it runs.
	Ready Probe
	// Health are checks of the child while it is ready. One that fails too often
	// ends the child with actors.ReasonUnhealthy, and it is started again as
	// after any failure. It is asked to end as by Stop if it gave an answer, and
	// killed at once if it did not, or was stopped by a signal.
	Health []Check
	// StartTimeout bounds the time from the start until the child is ready; one
	// that is not is killed, and that is a failed start. Zero means 10 s.
	StartTimeout time.Duration
	// Grace is how long the child gets between the request to end and KILL.
	// It bounds a StopPlan. Zero means 5 s, with a StopPlan the time that it
	// takes.
	Grace time.Duration
	// StopPlan is how the child is asked to end. Nil: a child with a protocol by
	// a message and then by TERM, others by TERM.
	StopPlan StopPlan

	// Output is called with what the child prints, on the goroutine that reads
	// that stream, never for one stream at the same time. While it runs, the
	// child is not read and in the end blocks. data is valid during the call.
	//
	// Output, Lines and OutputTo exclude each other. What none of them takes and
	// is not read from the handle is read and dropped, but for the end of stderr,
	// which is kept for the exit.
	Output func(stream actors.Stream, data []byte)
	// Lines is called with each line that the child prints, as Output is. A line
	// over MaxLineBytes comes in pieces, and the last one also without its end.
	Lines func(line actors.Line)
	// MaxLineBytes is the length of the longest line, or piece of one, that Lines
	// gets. Zero means 64 KiB.
	MaxLineBytes int
	// OutputTo gets what the child prints as actors.Output, each of which must
	// be answered with actors.Ack.
	OutputTo *actor.PID
	// ReadStdout and ReadStderr leave the stream to Process.Stdout and
	// Process.Stderr, instead of the above.
	ReadStdout, ReadStderr bool
	// Overflow says what becomes of output that comes faster than it is
	// consumed. Zero, Block: the child is held. Drop: it is dropped, with exact
	// counts in the Output and Line that follow and in the Exit.
	Overflow Overflow
	// OutputWindowBytes bounds what waits to be consumed, per stream: for
	// OutputTo, for a reader of Stdout or Stderr and, with Drop, for Output and
	// Lines. Zero means 256 KiB.
	OutputWindowBytes int
	// Watch bounds what the child's tree may use, and says what is done then.
	// Each restart counts as one after a failure, with Reason
	// ReasonResourceLimit and a *LimitError.
	Watch []WatchLimit
	// Subscribers get the child's Started, Ready, OverLimit and Down.
	Subscribers []*actor.PID
}

// child describes the spec's process to its actor.
func (s ProcessSpec) child() process.Spec {
	return process.Spec{
		Name:              s.Name,
		Command:           s.Command,
		Transport:         s.Transport,
		Protocol:          s.Protocol,
		Prefetch:          s.Prefetch,
		Ready:             s.Ready,
		Health:            s.Health,
		StartTimeout:      s.StartTimeout,
		Grace:             s.Grace,
		StopPlan:          s.StopPlan,
		Output:            s.Output,
		Lines:             s.Lines,
		MaxLineBytes:      s.MaxLineBytes,
		OutputTo:          s.OutputTo,
		Overflow:          s.Overflow,
		OutputWindowBytes: s.OutputWindowBytes,
		Subscribers:       s.Subscribers,
	}
}

// graceOf is the time that a supervisor is to allow a child.
func graceOf(grace time.Duration, plan StopPlan) time.Duration {
	if grace == 0 {
		return plan.Time()
	}
	return grace
}
