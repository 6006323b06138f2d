package runtime

import (
	"context"
	"errors"
	"io"

	"brood/actors"
	"brood/actors/process"
)

// Write writes data to the child's stdin and waits until the kernel has taken
// it. It returns ErrNotRunning, ErrStdinClosed, ErrStdinFull if too much waits
// already, or what matches ptyio.ErrRedirected if the child's stdin is no pipe to
// its owner. On a terminal data with a line that it would cut is not written: the
// error is a *actors.WriteError that matches ptyio.ErrLineTooLong, and the next
// Write is as good as before. If ctx ends first the write is withdrawn: the error is a
// *actors.WriteError, which tells how much was written and matches ctx's cause
// (context.DeadlineExceeded after a deadline), and no more of data will be. (On
// a terminal on macOS what the kernel is being given still may.)
func (p *Process) Write(ctx context.Context, data []byte) error {
	done := make(chan error, 1)
	write := &actors.Write{Data: append([]byte(nil), data...)}
	p.send(&process.Do{Command: write, Done: done})
	select {
	case err := <-done:
		return err
	case <-ctx.Done():
		withdraw := &actors.Withdraw{Write: write, Err: context.Cause(ctx)}
		p.send(&process.Do{Command: withdraw, Done: make(chan error, 1)})
		return <-done
	}
}

// Stdin returns a writer to the child's stdin, for io.Copy and its like. Its
// Write waits until the kernel has taken everything, and Close is CloseStdin.
// Safe for concurrent use.
func (p *Process) Stdin() io.WriteCloser { return stdin{p} }

type stdin struct{ p *Process }

func (s stdin) Write(data []byte) (int, error) {
	err := s.p.Write(context.Background(), data)
	var part *actors.WriteError
	switch {
	case err == nil:
		return len(data), nil
	case errors.As(err, &part):
		return part.Written, err
	}
	return 0, err
}

func (s stdin) Close() error { return s.p.CloseStdin() }

// Stdout returns what the child prints to its stdout (on a terminal, all that it
// prints), if ReadStdout was set, else nil. It goes on over restarts and ends,
// io.EOF, when the child has ended for good and everything was read. The child
// blocks while nobody reads, and its Exit is not there before what it printed is
// in the window (OutputWindowBytes) or read. Close drops the rest. One goroutine
// at a time may read; it is also an io.WriterTo.
func (p *Process) Stdout() io.ReadCloser { return p.reader(actors.Stdout) }

// Stderr returns what the child prints to its stderr, if ReadStderr was set,
// else nil. It is as Stdout.
func (p *Process) Stderr() io.ReadCloser { return p.reader(actors.Stderr) }

func (p *Process) reader(stream actors.Stream) io.ReadCloser {
	if r := p.reads[stream]; r != nil {
		return r
	}
	return nil
}
