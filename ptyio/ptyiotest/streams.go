package ptyiotest

import "time"

// Input is a child's end of its stdin. Safe for concurrent use; see Child for
// what happens in it when the child ends.
type Input struct{ pipe *pipe }

// Read returns io.EOF when the owner has closed stdin and all was read. On a
// terminal it does so once for each end-of-file that the owner typed.
func (in *Input) Read(p []byte) (int, error) { return in.pipe.read(p) }

// SetReadDeadline makes Reads, also one that is blocked, end at t with
// os.ErrDeadlineExceeded; the zero time means never.
func (in *Input) SetReadDeadline(t time.Time) error {
	return in.pipe.setDeadline(&in.pipe.reader, t)
}

// Close makes the owner's writes fail with EPIPE. Again gives os.ErrClosed.
func (in *Input) Close() error { return in.pipe.closeEnd(&in.pipe.reader) }

// Print is a child's end of its stdout or stderr. Safe for concurrent use; see
// Child for what happens in it when the child ends.
type Print struct{ pipe *pipe }

// Write blocks while the owner does not read and the stream is full. Concurrent
// writes are not mixed. If the owner has gone, which happens only to a child
// that was started Detached, the child gets PIPE, and if that does not end it
// the error is EPIPE.
func (out *Print) Write(p []byte) (int, error) { return out.pipe.write(p) }

// SetWriteDeadline makes Writes, also one that is blocked, end at t with
// os.ErrDeadlineExceeded and the count of what was written; the zero time means
// never.
func (out *Print) SetWriteDeadline(t time.Time) error {
	return out.pipe.setDeadline(&out.pipe.writer, t)
}

// Close ends the stream for the owner, after what was written. Again gives
// os.ErrClosed. On a terminal Stdout and Stderr are one stream.
func (out *Print) Close() error { return out.pipe.closeEnd(&out.pipe.writer) }
