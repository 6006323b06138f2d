package protocol

import (
	"encoding/binary"
	"math"
	"time"
)

// MarkBytes is the size of a mark file: the mark, and after it the pace.
const (
	MarkBytes = 16
	wordBytes = 8
)

// Mark is the content of a mark file: 0 if the child does not mark, otherwise 1
// more than the id of the newest task that it has begun.
type Mark uint64

// MarkNone is the mark of a child that marks and has begun nothing yet.
const MarkNone Mark = 1

// MarkOf returns the mark of a child that has begun the task with this id.
func MarkOf(id uint64) Mark { return MarkNone + Mark(id) }

// ParseMark reads a mark from what is in the file. What is too short is a child
// that does not mark.
func ParseMark(b []byte) Mark {
	if len(b) < wordBytes {
		return 0
	}
	return Mark(binary.LittleEndian.Uint64(b))
}

// Native returns the mark as the number whose bytes in this machine's memory are
// those of the file.
func (m Mark) Native() uint64 { return native(uint64(m)) }

func native(word uint64) uint64 {
	var b [wordBytes]byte
	binary.LittleEndian.PutUint64(b[:], word)
	return binary.NativeEndian.Uint64(b[:])
}

// Pace is what a mark file says of how long its child works on a task. Zero: it
// does not say.
type Pace time.Duration

// ParsePace reads the pace from what is in the file. What is too short, or too large
// for a time, is a child that does not say.
func ParsePace(b []byte) Pace {
	if len(b) < MarkBytes {
		return 0
	}
	word := binary.LittleEndian.Uint64(b[wordBytes:])
	if word > math.MaxInt64 {
		return 0
	}
	return Pace(word)
}

// Native is as Mark's.
func (p Pace) Native() uint64 { return native(uint64(p)) }

// Newest returns the id of the newest task that can have begun in a child that
// was sent none newer than sent and has answered the one with the id answered by
// handling it. It is not known if the child does not mark, or if the mark does
// not fit what else is known of it.
func (m Mark) Newest(answered, sent uint64) (id uint64, known bool) {
	id = uint64(m - MarkNone)
	if m == 0 || id < answered || id > sent {
		return 0, false
	}
	return id, true
}
