package codec

import (
	"errors"
	"fmt"
)

// What callers branch on with errors.Is.
var (
	// ErrTooLarge: a payload is over the codec's limit. A *SizeError tells
	// the sizes.
	ErrTooLarge = errors.New("too large")
	// ErrTruncated: the stream ended within a frame.
	ErrTruncated = errors.New("truncated frame")
	// ErrLineBreak: a payload for a line holds a line feed, or a carriage
	// return at its end.
	ErrLineBreak = errors.New("line break in payload")
	// ErrSyntax: a line is not JSON. A *SyntaxError tells where.
	ErrSyntax = errors.New("invalid JSON")
)

// SizeError says that a payload is over the limit. It matches ErrTooLarge.
type SizeError struct {
	// LimitBytes is the codec's limit.
	LimitBytes int
	// SizeBytes is the payload's size, as it is or as its frame claims. Zero
	// means that it is not known: a line is given up before its end is seen.
	SizeBytes int64
}

// Error names the limit, and the size if it is known.
func (e *SizeError) Error() string {
	if e.SizeBytes == 0 {
		return fmt.Sprintf("codec: too large: more than %d bytes", e.LimitBytes)
	}
	return fmt.Sprintf("codec: too large: %d bytes, limit %d", e.SizeBytes, e.LimitBytes)
}

// Is reports whether target is ErrTooLarge.
func (e *SizeError) Is(target error) bool { return target == ErrTooLarge }

// maxHeadBytes bounds what a SyntaxError keeps of the line.
const maxHeadBytes = 48

// SyntaxError says that a line is not JSON. It matches ErrSyntax.
type SyntaxError struct {
	// Line counts the lines of the stream from 1; 0 means a payload that was
	// to be sent.
	Line int64
	// Offset counts the bytes of the line up to and with the one where it
	// stops to be JSON.
	Offset int64
	// Head is the start of the line, at most 48 bytes.
	Head string
	// Cut says that the line goes on after Head.
	Cut bool
	// Err tells what is wrong, in the words of encoding/json.
	Err error
}

// Error names the position and quotes the head of the line.
func (e *SyntaxError) Error() string {
	where, more := "payload", ""
	if e.Line > 0 {
		where = fmt.Sprintf("line %d", e.Line)
	}
	if e.Cut {
		more = "..."
	}
	return fmt.Sprintf("codec: invalid JSON: %s, byte %d: %v: %q%s", where, e.Offset, e.Err, e.Head, more)
}

// Is reports whether target is ErrSyntax.
func (e *SyntaxError) Is(target error) bool { return target == ErrSyntax }

// Unwrap returns encoding/json's error.
func (e *SyntaxError) Unwrap() error { return e.Err }
