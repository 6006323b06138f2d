package ptyio

import (
	"fmt"
	"os"
)

// Stdio says what one of a child's standard streams is, if not a pipe to its
// owner. The zero value is the pipe. To set both fields is an error.
type Stdio struct {
	// File becomes the child's stream: os.Stdout to inherit the owner's, an
	// opened file, one end of a pipe to another child. The child shares its
	// position, and gets it in blocking mode, in which it stays. The caller
	// keeps it and closes it: a pipe's end that the owner forgets keeps the
	// other side from ever reading the end, or from noticing that nobody reads.
	File *os.File
	// Null connects the stream with nothing: reading ends at once, what is
	// written is lost.
	Null bool
}

// streamName names descriptor 0, 1 or 2 in messages.
func streamName(fd int) string { return [...]string{"stdin", "stdout", "stderr"}[fd] }

// open returns the file for the child's descriptor fd, and what is to be closed
// when the child has it; our end of the stream only if that is a pipe.
func (s Stdio) open(fd int) (theirs, toClose, ours *os.File, err error) {
	switch {
	case s.File != nil && s.Null:
		return nil, nil, nil, fmt.Errorf("%s both a file and nothing: %w", streamName(fd), errInvalid)
	case s.File != nil:
		return s.File, nil, nil, nil
	case s.Null:
		null, err := os.OpenFile(os.DevNull, os.O_RDWR, 0)
		return null, null, nil, err
	}
	theirs, ours, err = newPipe(fd == 0)
	if err == nil && fd == 0 {
		ours, err = aboveStd(ours)
	}
	return theirs, theirs, ours, err
}
