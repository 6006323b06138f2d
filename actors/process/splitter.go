package process

import (
	"bytes"

	"brood/actors"
)

// splitter finds the lines of one output, where they are: only what crosses two
// reads is copied.
type splitter struct {
	emit   func(actors.Line)
	stream Stream
	limit  int // of a piece

	held    []byte // the beginning of a line whose end has not come
	dropped uint64 // bytes before the next line
}

// keptBytes is the most memory that a splitter keeps between two lines.
const keptBytes = 4 << 10

func (s *splitter) room(limit int) int { return limit }

func (s *splitter) take(data []byte, dropped uint64) {
	if dropped > 0 {
		s.flush()
		s.dropped += dropped
	}
	for {
		i := bytes.IndexByte(data, '\n')
		if i < 0 {
			break
		}
		text := data[:i]
		data = data[i+1:]
		if len(s.held) > 0 || i > s.limit {
			text = s.hold(text)
			s.held = s.held[:0]
		}
		if n := len(text); n > 0 && text[n-1] == '\r' {
			text = text[:n-1]
		}
		s.emit(actors.Line{Stream: s.stream, Text: text, Dropped: s.dropped})
		s.dropped = 0
	}
	if cap(s.held) > keptBytes && len(s.held) == 0 {
		s.held = nil
	}
	if len(data) > 0 {
		s.hold(data)
	}
}

// hold adds text to what is held, emits all full pieces that have something
// behind them, and returns what is held then.
func (s *splitter) hold(text []byte) []byte {
	for len(s.held)+len(text) > s.limit {
		n := s.limit - len(s.held)
		piece := text[:n]
		if len(s.held) > 0 {
			s.held = append(s.held, piece...)
			piece = s.held
		}
		s.part(piece)
		s.held, text = s.held[:0], text[n:]
	}
	s.held = append(s.held, text...)
	return s.held
}

// part emits a piece without the end of its line.
func (s *splitter) part(text []byte) {
	s.emit(actors.Line{Stream: s.stream, Text: text, Partial: true, Dropped: s.dropped})
	s.dropped = 0
}

// flush emits a line that will not be ended.
func (s *splitter) flush() {
	if len(s.held) > 0 {
		s.part(s.held)
		s.held = nil
	}
}

func (s *splitter) end() { s.flush() }
