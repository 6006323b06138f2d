package codec

import (
	"bytes"
	"fmt"
)

// Lines is the codec of text: a frame is a line that ends in "\n". When
// decoding, one "\r" before the "\n" belongs to the end of the line too, so
// that output of terminals reads the same. Bytes are not interpreted
// otherwise; an empty line is an empty payload.
//
// A line over the limit is answered by one *SizeError and dropped up to its
// end; decoding goes on with the next line. Finish returns an unterminated
// last line with all its bytes.
type Lines struct {
	// LimitBytes is the largest payload, without the end of the line. Zero or
	// less means 1 MiB.
	LimitBytes int
}

var _ Codec = Lines{}

// Append appends payload and "\n" to dst. It returns a *SizeError if payload
// is over the limit, and an error that matches ErrLineBreak if payload would
// not come back as one line: it holds "\n", or ends in "\r".
func (c Lines) Append(dst, payload []byte) ([]byte, error) {
	if most := limit(c.LimitBytes, defaultLineBytes); len(payload) > most {
		return dst, &SizeError{LimitBytes: most, SizeBytes: int64(len(payload))}
	}
	if i := bytes.IndexByte(payload, '\n'); i >= 0 {
		return dst, fmt.Errorf("codec: %w: byte %d", ErrLineBreak, i)
	}
	if n := len(payload); n > 0 && payload[n-1] == '\r' {
		return dst, fmt.Errorf("codec: %w: byte %d", ErrLineBreak, n-1)
	}
	return append(append(dst, payload...), '\n'), nil
}

// NewDecoder returns a decoder for one stream of lines.
func (c Lines) NewDecoder() *Decoder {
	s := lineSplitter{limit: limit(c.LimitBytes, defaultLineBytes)}
	return NewDecoder(s.split, s.maxFrame())
}

// lineSplitter finds the lines of one stream.
type lineSplitter struct {
	limit int
	// line counts the lines that ended, also those over the limit.
	line int64
	// scanned bytes at the head of the data hold no line feed: none is looked
	// at twice, however small the reads.
	scanned int
	// dropping says that the head of the data belongs to a line that was
	// already answered by an error.
	dropping bool
}

// maxFrame is a payload with "\r\n". That many bytes without a line feed
// cannot become a line within the limit.
func (s *lineSplitter) maxFrame() int { return s.limit + 2 }

func (s *lineSplitter) split(data []byte, atEOF bool) (advance int, line []byte, err error) {
	if atEOF {
		return s.rest(data)
	}
	i := bytes.IndexByte(data[s.scanned:], '\n')
	if i < 0 {
		return s.unfinished(data)
	}
	end := s.scanned + i
	advance = end + 1
	s.scanned = 0
	s.line++
	if s.dropping {
		s.dropping = false
		return advance, nil, nil
	}
	if end > 0 && data[end-1] == '\r' {
		end--
	}
	if end > s.limit {
		return advance, nil, &SizeError{LimitBytes: s.limit}
	}
	return advance, data[:end], nil
}

// unfinished answers data that holds no line feed.
func (s *lineSplitter) unfinished(data []byte) (int, []byte, error) {
	switch {
	case s.dropping:
		return len(data), nil, nil
	case len(data) >= s.maxFrame():
		s.dropping, s.scanned = true, 0
		return len(data), nil, &SizeError{LimitBytes: s.limit}
	}
	s.scanned = len(data)
	return 0, nil, nil
}

// rest answers what has no line feed at the end of the stream. Of a line that is
// being dropped, nothing is left here.
func (s *lineSplitter) rest(data []byte) (int, []byte, error) {
	switch {
	case len(data) == 0:
		return 0, nil, nil
	case len(data) > s.limit:
		return len(data), nil, &SizeError{LimitBytes: s.limit}
	}
	s.line++
	return len(data), data, nil
}
