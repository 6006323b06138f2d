package runtime

import (
	"bufio"
	"context"
	"errors"
	"iter"
	"math"

	"brood/actors/process"
)

// errLeft is the cause with which Lines stops a command whose lines nobody wants.
var errLeft = errors.New("the loop over its lines was left")

// Lines runs a command and yields the lines that it prints to stdout as they
// come, each without its end, and the last one also if it has none. While the
// loop is at work the command is held, as soon as the pipe and 256 KiB are full.
// The last pair carries, with an empty line, the error that Run would return; a
// command that succeeds has no such pair. Of stderr the end is kept, for that
// error.
//
// Leaving the loop stops the command as the end of ctx does, and waits for its
// end. MaxOutputBytes bounds a single line, without its end: the loop ends before
// one that is longer, with an error that matches ErrOutputLimit, and the command
// is killed if it still runs. The command is started when the loop begins, and
// again by each further loop.
func (rt *Runtime) Lines(ctx context.Context, spec RunSpec) iter.Seq2[string, error] {
	return func(yield func(string, error) bool) {
		ctx, cancel := context.WithCancelCause(ctx)
		r := rt.newRun(spec)
		r.read = process.NewReader(0)
		ended := make(chan error, 1)
		go func() {
			_, err := r.traced(ctx)
			r.read.End()
			ended <- err
		}()
		joined := false
		defer func() { // also if the loop's body panics
			cancel(errLeft)
			_ = r.read.Close()
			if !joined {
				<-ended
			}
		}()
		whole, wanted := r.yieldLines(yield)
		if !wanted {
			return
		}
		err := <-ended
		joined = true
		if !whole && !errors.Is(err, ErrOutputLimit) {
			err = r.cutShort() // it had ended before the loop came to the line
		}
		if err != nil {
			yield("", err)
		}
	}
}

// yieldLines yields what the command prints. It reports whether that was all of
// it, none over the limit, and whether the loop wants to know how it ended.
func (r *runOnce) yieldLines(yield func(string, error) bool) (whole, wanted bool) {
	lines := r.scanner()
	for lines.Scan() {
		if !yield(lines.Text(), nil) {
			return false, false
		}
	}
	if !errors.Is(lines.Err(), bufio.ErrTooLong) {
		return true, true
	}
	r.mu.Lock()
	closeOnce(r.full)
	r.mu.Unlock()
	_ = r.read.Close()
	return false, true
}

// scanner finds the lines of up to MaxOutputBytes.
func (r *runOnce) scanner() *bufio.Scanner {
	const end = len("\r\n")
	limit := min(max(r.spec.MaxOutputBytes, 0), math.MaxInt-end)
	lines := bufio.NewScanner(r.read)
	lines.Buffer(nil, limit+end)
	lines.Split(func(data []byte, atEOF bool) (int, []byte, error) {
		advance, line, err := bufio.ScanLines(data, atEOF)
		if len(line) > limit { // it has taken the room that is for an end
			return 0, nil, bufio.ErrTooLong
		}
		return advance, line, err
	})
	return lines
}

// cutShort is the error of a command that had ended when a line turned out to be
// over the limit.
func (r *runOnce) cutShort() error {
	r.mu.Lock()
	defer r.mu.Unlock()
	return &ExitError{Command: commandLine(r.spec.Command), Exit: r.exit, Err: r.overLimit()}
}
