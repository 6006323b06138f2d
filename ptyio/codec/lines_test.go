package codec

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestLinesDecodeTheSameHoweverCut(t *testing.T) {
	long := strings.Repeat("x", 9)
	for _, tt := range []struct {
		name, stream string
		want         []event
	}{
		{"nothing", "", nil},
		{"one", "a\n", []event{{payload: "a"}}},
		{"two in one read", "a\nbc\n", []event{{payload: "a"}, {payload: "bc"}}},
		{"empty lines", "\n\r\n\n", []event{{}, {}, {}}},
		{"carriage return before the end", "a\r\nb\n", []event{{payload: "a"}, {payload: "b"}}},
		{"only one carriage return goes", "a\r\r\n", []event{{payload: "a\r"}}},
		{"carriage return within", "a\rb\n", []event{{payload: "a\rb"}}},
		{"unterminated", "a\nbc", []event{{payload: "a"}, {payload: "bc"}}},
		{"unterminated with carriage return", "bc\r", []event{{payload: "bc\r"}}},
		{"any bytes", "\x00\xff\xfe\n", []event{{payload: "\x00\xff\xfe"}}},
		{"at the limit", long[:8] + "\r\n" + long[:8] + "\n", []event{{payload: long[:8]}, {payload: long[:8]}}},
		{"over the limit", "a\n" + long + "\nb\n", []event{{payload: "a"}, {err: "too large"}, {payload: "b"}}},
		{"far over the limit", strings.Repeat(long, 5) + "\nb\n", []event{{err: "too large"}, {payload: "b"}}},
		{"two over the limit", long + long + "\n" + long + "\r\n", []event{{err: "too large"}, {err: "too large"}}},
		{"unterminated at the limit", long[:8], []event{{payload: long[:8]}}},
		{"unterminated over the limit", long, []event{{err: "too large"}}},
		{"unterminated far over the limit", long + long, []event{{err: "too large"}}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			everyCut(t, Lines{LimitBytes: 8}, []byte(tt.stream), false, tt.want)
			assert.Equal(t, tt.want, wantLines([]byte(tt.stream), 8), "the reference of the fuzz test")
		})
	}
}

func TestLinesRefuseWhatWouldNotComeBack(t *testing.T) {
	dst := []byte("before")
	for _, tt := range []struct {
		payload string
		want    error
		text    string
	}{
		{"a\nb", ErrLineBreak, "codec: line break in payload: byte 1"},
		{"\n", ErrLineBreak, "codec: line break in payload: byte 0"},
		{"ab\r", ErrLineBreak, "codec: line break in payload: byte 2"},
		{"123456789", ErrTooLarge, "codec: too large: 9 bytes, limit 8"},
	} {
		got, err := Lines{LimitBytes: 8}.Append(dst, []byte(tt.payload))
		require.ErrorIs(t, err, tt.want)
		assert.EqualError(t, err, tt.text)
		assert.Equal(t, "before", string(got))
	}
}

func TestLinesDefaultLimit(t *testing.T) {
	payload := make([]byte, 1<<20)
	frame, err := Lines{}.Append(nil, payload)
	require.NoError(t, err)
	assert.Len(t, frame, 1<<20+1)
	_, err = Lines{LimitBytes: -1}.Append(nil, append(payload, 0))
	var size *SizeError
	require.ErrorAs(t, err, &size)
	assert.Equal(t, SizeError{LimitBytes: 1 << 20, SizeBytes: 1<<20 + 1}, *size)
}

func TestLinesRoundTrip(t *testing.T) {
	payloads := [][]byte{[]byte("a"), {}, []byte("b\r"), []byte("c\nd"), []byte("\r\re"), []byte("ends")}
	roundTrip(t, Lines{}, payloads, nil)
	roundTrip(t, Lines{}, payloads, []int{1})
}

func TestLineOverTheLimitIsToldBeforeItsEnd(t *testing.T) {
	d := Lines{LimitBytes: 4}.NewDecoder()
	d.Feed([]byte("123456"))
	_, ok, err := d.Next()
	assert.False(t, ok)
	assert.EqualError(t, err, "codec: too large: more than 4 bytes")
	for range 1000 {
		d.Feed([]byte("more of the same line"))
		_, ok, err = d.Next()
		require.NoError(t, err, "said once")
		require.False(t, ok)
	}
	assert.LessOrEqual(t, len(d.buf), 64, "what is dropped is not kept")
	rest, err := d.Finish()
	require.NoError(t, err)
	assert.Nil(t, rest)
}

func TestNoByteIsScannedTwice(t *testing.T) {
	d := Lines{}.NewDecoder()
	d.Feed([]byte("abc"))
	_, ok, err := d.Next()
	require.True(t, !ok && err == nil)
	// A line feed where the decoder has already looked is not found.
	d.buf[1] = '\n'
	d.Feed([]byte("d\ne\n"))
	line, ok, err := d.Next()
	require.True(t, ok && err == nil)
	assert.Equal(t, "a\ncd", string(line))
	line, ok, err = d.Next()
	require.True(t, ok && err == nil)
	assert.Equal(t, "e", string(line))
}
