package protocol

// slabBytes is the size of a common piece, and the most that one small payload
// can keep from the collector.
const slabBytes = 4 << 10

// Slab gives small payloads memory from a common piece, which costs one
// allocation for many. The zero value is ready to use, by one goroutine at a
// time.
type Slab struct{ free []byte }

// Copy returns a copy of p that nobody else uses. Large ones have a piece of
// their own.
func (s *Slab) Copy(p []byte) []byte {
	if len(p) > slabBytes/4 {
		return append([]byte(nil), p...)
	}
	if len(p) > len(s.free) {
		s.free = make([]byte, slabBytes)
	}
	own := s.free[:len(p):len(p)]
	s.free = s.free[len(p):]
	copy(own, p)
	return own
}
