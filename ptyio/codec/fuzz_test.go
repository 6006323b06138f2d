package codec

import (
	"bytes"
	"testing"

	"github.com/stretchr/testify/require"
)

// sizes makes cuts of 1 to 64 bytes, and of 4096, out of fuzzed bytes.
func sizes(cuts []byte) []int {
	var all []int
	for _, c := range cuts {
		if c == 0xFF {
			all = append(all, 4096)
		} else {
			all = append(all, 1+int(c)%64)
		}
	}
	return all
}

func orDefault(limit, fallback int) int {
	if limit == 0 {
		return fallback
	}
	return limit
}

func FuzzLines(f *testing.F) {
	f.Add([]byte("a\nbc\r\n\n\r\nunterminated"), []byte{1, 2}, byte(4))
	f.Add([]byte("a line that is too long\nok\n"), []byte{0}, byte(5))
	f.Add([]byte("\r\r\n\r"), []byte{}, byte(1))
	f.Fuzz(func(t *testing.T, stream, cuts []byte, limit byte) {
		c := Lines{LimitBytes: int(limit)}
		want := wantLines(stream, orDefault(c.LimitBytes, 1<<20))
		require.Equal(t, want, decode(t, c.NewDecoder(), stream, sizes(cuts), false))
		roundTrip(t, c, bytes.Split(stream, []byte("a")), sizes(cuts))
	})
}

func FuzzLength(f *testing.F) {
	f.Add([]byte("\x00\x01a\x00\x02bc\x00\x00"), []byte{1, 2}, byte(1), uint16(4))
	f.Add([]byte("\xff\xff\xff\xff"), []byte{0}, byte(2), uint16(0))
	f.Add([]byte("\x03ab"), []byte{}, byte(0), uint16(300))
	f.Fuzz(func(t *testing.T, stream, cuts []byte, prefix byte, limit uint16) {
		c := Length{PrefixBytes: 1 << (prefix % 3), LimitBytes: int(limit)}
		bytesOfPrefix, most, err := c.bounds()
		require.NoError(t, err)
		want := wantLength(stream, bytesOfPrefix, most)
		require.Equal(t, want, decode(t, c.NewDecoder(), stream, sizes(cuts), true))
		roundTrip(t, c, bytes.Split(stream, []byte("\n")), sizes(cuts))
	})
}

func FuzzJSONLines(f *testing.F) {
	f.Add([]byte("1\n{\"a\":[1,2]}\r\n\nnot json\n\"unterminated\""), []byte{1, 2}, byte(0))
	f.Add([]byte("[1,2,3,4,5,6,7,8,9]\n0\n"), []byte{0}, byte(5))
	f.Add([]byte("{\"a\":\r1}\r\n"), []byte{}, byte(100))
	f.Fuzz(func(t *testing.T, stream, cuts []byte, limit byte) {
		c := JSONLines{LimitBytes: int(limit)}
		want := wantJSON(stream, orDefault(c.LimitBytes, 1<<20))
		require.Equal(t, want, decode(t, c.NewDecoder(), stream, sizes(cuts), false))
		roundTrip(t, c, bytes.Split(stream, []byte("\n")), sizes(cuts))
	})
}
