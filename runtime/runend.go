package runtime

import (
	"context"
	"errors"
	"fmt"
	"time"

	"brood/actors"
)

// await waits for the command's end and brings it about if it must: then it
// returns why.
func (r *runOnce) await(ctx context.Context) error {
	var late <-chan time.Time
	if r.spec.Timeout > 0 {
		timer := time.NewTimer(r.spec.Timeout)
		defer timer.Stop()
		late = timer.C
	}
	full, done := r.full, ctx.Done()
	var asked error
	for {
		select {
		case <-r.down:
			return r.whyEnded(asked)
		case <-full: // also in the grace that follows another request to end
			full, late, done = nil, nil, nil
			r.send(&actors.Stop{Grace: -1, Reason: actors.ReasonOutputLimit})
		case <-late:
			late, done = nil, nil
			asked = fmt.Errorf("%w after %s", ErrTimeout, r.spec.Timeout)
			r.send(&actors.Stop{Reason: actors.ReasonTimedOut})
		case <-done:
			late, done = nil, nil
			asked = context.Cause(ctx)
			r.send(&actors.Stop{Reason: reasonFor(asked)})
		case <-r.rt.rootEnded: // by somebody else than Shutdown: the child's actor went with it
			return r.whyEnded(errors.Join(asked, errNoRoot))
		}
	}
}

// reasonFor names the end of a context.
func reasonFor(cause error) actors.Reason {
	if errors.Is(cause, context.DeadlineExceeded) {
		return actors.ReasonTimedOut
	}
	return actors.ReasonCancelled
}

func (r *runOnce) whyEnded(asked error) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	var over error
	if isClosed(r.full) {
		over = r.overLimit()
	}
	return whyEnded(over, asked, r.exit)
}

// whyEnded returns why Run ended a command: because it was over its output limit,
// or for what it was asked to end. Nil: it ended by itself. When the command ends
// at about the same time as ctx, what Run has noticed first says nothing: only
// the exit tells which it was.
func whyEnded(over, asked error, exit actors.Exit) error {
	switch {
	case over != nil:
		return over
	case endedByItself(exit) && !exit.OutputIncomplete: // being asked may have cut the output off
		return nil
	}
	return asked
}

// endedByItself reports whether an exit was not brought about by a request to
// end, nor is unknown.
func endedByItself(exit actors.Exit) bool {
	switch exit.Reason {
	case actors.ReasonExited, actors.ReasonSignalled, actors.ReasonOutOfMemory, actors.ReasonZygoteEnded,
		actors.ReasonStartFailed:
		return true
	}
	return false
}

func (r *runOnce) overLimit() error {
	return fmt.Errorf("%w: %d bytes", ErrOutputLimit, r.spec.MaxOutputBytes)
}

// result is what Run returns of a command that was ended because of err, if it is
// not nil.
func (r *runOnce) result(err error) (*RunResult, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.exit.Reason == actors.ReasonStartFailed {
		return nil, &StartError{Command: r.spec.Command.Name(), Exit: r.exit}
	}
	result := &RunResult{Stdout: r.out[actors.Stdout].Bytes(), Stderr: r.out[actors.Stderr].Bytes(), Exit: r.exit}
	var input error
	if r.feeder.err != nil {
		input = fmt.Errorf("stdin: %w", r.feeder.err)
	}
	switch {
	case err != nil:
	case !r.spec.success(r.exit):
		err = input
	case input != nil:
		return result, fmt.Errorf("runtime: run %s: %w", r.spec.Command.Name(), input)
	default:
		return result, nil
	}
	return result, &ExitError{Command: commandLine(r.spec.Command), Exit: r.exit, Err: err}
}
