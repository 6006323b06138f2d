package protocol

import (
	"errors"
	"fmt"
)

// ErrProtocol is matched by every error about what the other side sent.
var ErrProtocol = errors.New("protocol error")

// VersionError says that the other side, child or parent, speaks another version
// of the wire.
type VersionError struct {
	Got, Want uint16
}

// Error names both versions.
func (e *VersionError) Error() string {
	return fmt.Sprintf("wire: other side speaks version %d, want %d", e.Got, e.Want)
}

// Is reports whether target is ErrProtocol.
func (e *VersionError) Is(target error) bool { return target == ErrProtocol }

// FrameError says what was wrong with a frame.
type FrameError struct {
	// Problem in a few words, as in "unknown kind 99".
	Problem string
	// Head is the first part of the offending bytes, at most 16.
	Head []byte
	// Err is the codec's error, if it was the codec that refused.
	Err error
}

// Error names the problem and shows the first bytes, quoted.
func (e *FrameError) Error() string {
	text := "wire: " + e.Problem
	if len(e.Head) > 0 {
		text += fmt.Sprintf(" (starts with %q)", e.Head)
	}
	return text
}

// Is reports whether target is ErrProtocol.
func (e *FrameError) Is(target error) bool { return target == ErrProtocol }

// Unwrap returns the codec's error.
func (e *FrameError) Unwrap() error { return e.Err }

func frameError(body []byte, format string, args ...any) error {
	head := append([]byte(nil), body[:min(len(body), 16)]...)
	return &FrameError{Problem: fmt.Sprintf(format, args...), Head: head}
}
