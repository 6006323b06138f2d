package protocol

import "encoding/binary"

// MarkBytes is the size of a mark file.
const MarkBytes = 8

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
	if len(b) < MarkBytes {
		return 0
	}
	return Mark(binary.LittleEndian.Uint64(b))
}

// Native returns the mark as the number whose bytes in this machine's memory are
// those of the file.
func (m Mark) Native() uint64 {
	var b [MarkBytes]byte
	binary.LittleEndian.PutUint64(b[:], uint64(m))
	return binary.NativeEndian.Uint64(b[:])
}

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
