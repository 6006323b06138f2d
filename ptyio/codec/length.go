package codec

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"
)

// Length is the codec of binary messages: a frame is the payload's length, as
// a big-endian number of 1, 2 or 4 bytes that does not count itself, and then
// the payload, which may be empty.
//
// A length over the limit is answered by a *SizeError as soon as the prefix is
// read. It is the end of the stream: there is no way to find the next frame, so
// all later bytes are dropped, with the same error once for each read of them.
// Finish returns an error that matches ErrTruncated if a frame is incomplete.
type Length struct {
	// PrefixBytes is the size of the prefix: 1, 2 or 4. Zero means 4. Any
	// other number makes Append, Next and Finish return an error.
	PrefixBytes int
	// LimitBytes is the largest payload. Zero or less means 4 MiB. What the
	// prefix can say is a limit too: 255, 65,535 or 4,294,967,295 bytes.
	LimitBytes int
}

var _ Codec = Length{}

var errPrefix = errors.New("codec: length prefix is not of 1, 2 or 4 bytes")

// bounds returns the size of the prefix and the largest payload.
func (c Length) bounds() (prefix, most int, err error) {
	most = limit(c.LimitBytes, defaultLengthBytes)
	switch c.PrefixBytes {
	case 1:
		return 1, min(most, math.MaxUint8), nil
	case 2:
		return 2, min(most, math.MaxUint16), nil
	case 0, 4:
		return 4, int(min(int64(most), math.MaxUint32)), nil
	}
	return 0, 0, errPrefix
}

// Append appends the prefix and payload to dst. It returns a *SizeError if
// payload is over the limit or over what the prefix can say.
func (c Length) Append(dst, payload []byte) ([]byte, error) {
	prefix, most, err := c.bounds()
	if err != nil {
		return dst, err
	}
	if len(payload) > most {
		return dst, &SizeError{LimitBytes: most, SizeBytes: int64(len(payload))}
	}
	var length [4]byte
	binary.BigEndian.PutUint32(length[:], uint32(len(payload)))
	return append(append(dst, length[4-prefix:]...), payload...), nil
}

// NewDecoder returns a decoder for one stream of frames.
func (c Length) NewDecoder() *Decoder {
	prefix, most, err := c.bounds()
	s := lengthSplitter{prefix: prefix, limit: most, broken: err}
	return NewDecoder(s.split, prefix+most)
}

// lengthSplitter finds the frames of one stream.
type lengthSplitter struct {
	prefix, limit int
	// broken is the error after which nothing is a frame any more.
	broken error
}

func (s *lengthSplitter) split(data []byte, atEOF bool) (advance int, payload []byte, err error) {
	if s.broken != nil {
		return len(data), nil, s.broken
	}
	if len(data) < s.prefix {
		return s.unfinished(data, atEOF, s.prefix)
	}
	size := s.size(data)
	if size > int64(s.limit) {
		s.broken = &SizeError{LimitBytes: s.limit, SizeBytes: size}
		return len(data), nil, s.broken
	}
	end := s.prefix + int(size)
	if len(data) < end {
		return s.unfinished(data, atEOF, end)
	}
	return end, data[s.prefix:end], nil
}

func (s *lengthSplitter) size(data []byte) int64 {
	switch s.prefix {
	case 1:
		return int64(data[0])
	case 2:
		return int64(binary.BigEndian.Uint16(data))
	}
	return int64(binary.BigEndian.Uint32(data))
}

// unfinished answers data that holds a part of what needs need bytes.
func (s *lengthSplitter) unfinished(data []byte, atEOF bool, need int) (int, []byte, error) {
	if !atEOF || len(data) == 0 {
		return 0, nil, nil
	}
	return len(data), nil, fmt.Errorf("codec: %w: %d of at least %d bytes", ErrTruncated, len(data), need)
}
