package runtime

import (
	"bufio"
	"context"
	"errors"
	"iter"

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
// end. MaxOutputBytes bounds a single line: a command that prints a longer one
// is killed, and the error matches ErrOutputLimit. The command is started when
// the loop begins, and again by each further loop.
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
		if !r.yieldLines(yield) {
			return
		}
		err := <-ended
		joined = true
		if err != nil {
			yield("", err)
		}
	}
}

// yieldLines yields what the command prints, and reports whether the loop wants
// to know how it ended.
func (r *runOnce) yieldLines(yield func(string, error) bool) bool {
	lines := bufio.NewScanner(r.read)
	longest := max(r.spec.MaxOutputBytes, 0) + len("\r\n")
	lines.Buffer(nil, longest)
	for lines.Scan() {
		if !yield(lines.Text(), nil) {
			return false
		}
	}
	if errors.Is(lines.Err(), bufio.ErrTooLong) {
		r.mu.Lock()
		closeOnce(r.full)
		r.mu.Unlock()
		_ = r.read.Close()
	}
	return true
}
