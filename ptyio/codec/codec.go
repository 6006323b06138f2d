package codec

import "math"

// Codec puts payloads into frames and takes them out again. Lines, Length and
// JSONLines are codecs; any other type may be one. A Codec has no state and is
// safe for concurrent use; a decoder's state is its own.
type Codec interface {
	// Append appends the frame that carries payload to dst and returns the
	// longer slice. If the frame cannot carry payload, it returns dst as it
	// was and an error, which matches ErrTooLarge if payload is over the limit.
	Append(dst, payload []byte) ([]byte, error)
	// NewDecoder returns a decoder for the frames of one stream.
	NewDecoder() *Decoder
}

// Limits that hold if none is set.
const (
	defaultLineBytes   = 1 << 20
	defaultLengthBytes = 4 << 20
)

// limit returns bytes, or fallback if bytes is not positive. A quarter of the
// address space is the most: sums of limits then never overflow.
func limit(bytes, fallback int) int {
	if bytes <= 0 {
		return fallback
	}
	return min(bytes, math.MaxInt/4)
}
