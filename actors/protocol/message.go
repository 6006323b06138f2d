package protocol

import (
	"fmt"

	"go.opentelemetry.io/otel/trace"
)

// Kind tells what a Message is.
type Kind uint8

// The kinds, with the numbers that the wire uses.
const (
	Hello Kind = iota + 1
	Task
	Result
	Error
	Cancel
	Ping
	Pong
	Shutdown
	Revoke
	Revoked

	lastKind = Revoked
)

var kindNames = [...]string{"none", "hello", "task", "result", "error", "cancel", "ping", "pong", "shutdown", "revoke",
	"revoked"}

// String returns the kind's name in lower case.
func (k Kind) String() string {
	if int(k) < len(kindNames) {
		return kindNames[k]
	}
	return fmt.Sprintf("kind(%d)", uint8(k))
}

// FromChild reports whether a child may send the kind.
func (k Kind) FromChild() bool {
	switch k {
	case Hello, Result, Error, Pong, Revoked:
		return true
	}
	return false
}

// Message is one word of the conversation, in the form that all protocols
// share. Fields that a kind or a protocol has no use for are zero.
type Message struct {
	Kind Kind
	// Incarnation of the child, so that a frame can never be taken for one of
	// another run.
	Incarnation uint32
	// ID of the task or the ping.
	ID uint64
	// Trace is the span that the message belongs to.
	Trace trace.SpanContext
	// Began and Ended bound the child's handling of a task, in nanoseconds
	// since the Unix epoch; zero if not told.
	Began, Ended int64
	// Payload of a decoded message is valid until the decoder reads on.
	Payload []byte
}

// Protocol is one language of tasks. Implementations are values without state;
// the state of one incarnation is in its Encoder and Decoder.
type Protocol interface {
	// Environ returns what tells the child about its link.
	Environ(Link) map[string]string
	// Open returns the two halves of one incarnation's conversation. Each half
	// is used by one goroutine at a time.
	Open() (Encoder, Decoder)
}

// Encoder turns messages into bytes.
type Encoder interface {
	// Encode appends m, framed, to dst. On an error dst is returned as it was.
	Encode(dst []byte, m *Message) ([]byte, error)
}

// Decoder turns bytes into messages. The bytes are read into the decoder's own
// buffer: Space, read into it, Advance, then Next until it returns false.
type Decoder interface {
	// Space returns free room of at least min bytes to read into.
	Space(min int) []byte
	// Advance says that n bytes were read into the last Space.
	Advance(n int)
	// Next decodes the next whole message into m and reports whether there
	// was one. After an error the stream cannot be read on.
	Next(m *Message) (bool, error)
	// Finish reports what is wrong with the end of the stream: half a frame.
	Finish() error
}
