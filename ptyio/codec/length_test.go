package codec

import (
	"math"
	"runtime"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestLengthDecodesTheSameHoweverCut(t *testing.T) {
	for _, tt := range []struct {
		name   string
		prefix int
		stream string
		want   []event
	}{
		{"nothing", 4, "", nil},
		{"one of 1", 1, "\x03abc", []event{{payload: "abc"}}},
		{"one of 2", 2, "\x00\x03abc", []event{{payload: "abc"}}},
		{"one of 4", 4, "\x00\x00\x00\x03abc", []event{{payload: "abc"}}},
		{"zero means 4", 0, "\x00\x00\x00\x03abc", []event{{payload: "abc"}}},
		{"two in one read", 2, "\x00\x01a\x00\x02bc", []event{{payload: "a"}, {payload: "bc"}}},
		{"empty", 2, "\x00\x00\x00\x00", []event{{}, {}}},
		{"at the limit", 1, "\x0812345678", []event{{payload: "12345678"}}},
		{"over the limit", 1, "\x01a\x09123456789\x01b", []event{{payload: "a"}, {err: "too large"}}},
		{"largest number", 4, "\xff\xff\xff\xff\x00", []event{{err: "too large"}}},
		{"half a prefix", 4, "\x00\x00", []event{{err: "truncated frame"}}},
		{"prefix alone", 2, "\x00\x05", []event{{err: "truncated frame"}}},
		{"half a payload", 2, "\x00\x01a\x00\x05ab", []event{{payload: "a"}, {err: "truncated frame"}}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			c := Length{PrefixBytes: tt.prefix, LimitBytes: 8}
			everyCut(t, c, []byte(tt.stream), true, tt.want)
			prefix, most, err := c.bounds()
			require.NoError(t, err)
			assert.Equal(t, tt.want, wantLength([]byte(tt.stream), prefix, most), "the reference of the fuzz test")
		})
	}
}

func TestLengthLimits(t *testing.T) {
	for _, tt := range []struct {
		codec Length
		most  int
	}{
		{Length{}, 4 << 20},
		{Length{LimitBytes: -1}, 4 << 20},
		{Length{LimitBytes: 3}, 3},
		{Length{PrefixBytes: 1}, 255},
		{Length{PrefixBytes: 2}, 65535},
		{Length{PrefixBytes: 2, LimitBytes: 1000}, 1000},
		{Length{PrefixBytes: 2, LimitBytes: 100_000}, 65535},
	} {
		_, err := tt.codec.Append(nil, make([]byte, tt.most))
		require.NoError(t, err, "%+v", tt.codec)
		frame, err := tt.codec.Append(nil, make([]byte, tt.most+1))
		var size *SizeError
		require.ErrorAs(t, err, &size, "%+v", tt.codec)
		assert.Equal(t, SizeError{LimitBytes: tt.most, SizeBytes: int64(tt.most) + 1}, *size)
		assert.ErrorIs(t, err, ErrTooLarge)
		assert.Nil(t, frame)
	}
}

func TestLengthLimitIsAtMostWhatThePrefixSays(t *testing.T) {
	_, most, err := Length{LimitBytes: math.MaxInt}.bounds()
	require.NoError(t, err)
	assert.Equal(t, int64(min(math.MaxInt/4, math.MaxUint32)), int64(most))
}

func TestLengthRoundTrip(t *testing.T) {
	payloads := [][]byte{[]byte("a"), {}, make([]byte, 255), make([]byte, 256), make([]byte, 65536), []byte("end")}
	for _, prefix := range []int{1, 2, 4} {
		roundTrip(t, Length{PrefixBytes: prefix}, payloads, nil)
		roundTrip(t, Length{PrefixBytes: prefix}, payloads, []int{1, 4096})
	}
}

func TestLengthPrefixOfAnotherSizeIsRefused(t *testing.T) {
	c := Length{PrefixBytes: 3}
	_, err := c.Append(nil, nil)
	assert.ErrorIs(t, err, errPrefix)
	d := c.NewDecoder()
	d.Feed([]byte("x"))
	_, ok, err := d.Next()
	assert.False(t, ok)
	assert.ErrorIs(t, err, errPrefix)
	_, err = d.Finish()
	assert.ErrorIs(t, err, errPrefix)
}

func TestLengthIsLostBehindABadFrame(t *testing.T) {
	d := Length{PrefixBytes: 1, LimitBytes: 4}.NewDecoder()
	for range 1000 {
		d.Feed([]byte("\x05\x01a\x01b"))
		_, ok, err := d.Next()
		require.ErrorIs(t, err, ErrTooLarge)
		require.False(t, ok)
		_, ok, err = d.Next()
		require.NoError(t, err, "once for each read, so that a loop over frames ends")
		require.False(t, ok)
	}
	assert.LessOrEqual(t, len(d.buf), 16, "what is dropped is not kept")
	_, err := d.Finish()
	assert.ErrorIs(t, err, ErrTooLarge)
}

func TestTruncatedFrameSaysHowMuchIsThere(t *testing.T) {
	d := Length{PrefixBytes: 2}.NewDecoder()
	d.Feed([]byte("\x01\x00abc"))
	_, ok, err := d.Next()
	require.NoError(t, err)
	require.False(t, ok)
	_, err = d.Finish()
	assert.EqualError(t, err, "codec: truncated frame: 5 of at least 258 bytes")
}

// allocated returns the bytes that f takes from the heap, freed or not.
func allocated(f func()) uint64 {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	f()
	runtime.ReadMemStats(&after)
	return after.TotalAlloc - before.TotalAlloc
}

func TestClaimedLengthTakesNoMemory(t *testing.T) {
	const most = 1 << 20
	var sink []byte
	require.Greater(t, allocated(func() { sink = make([]byte, 2*most) }), uint64(most), "the measure works")
	runtime.KeepAlive(sink)
	for name, claim := range map[string]string{
		"over the limit": "\xff\xff\xff\xff",
		"at the limit":   "\x3f\xff\xff\xff",
	} {
		t.Run(name, func(t *testing.T) {
			var err error
			taken := allocated(func() {
				d := Length{LimitBytes: 1<<30 - 1}.NewDecoder()
				for range 100 {
					d.Advance(copy(d.Space(4096), claim+strings.Repeat("x", 100)))
					if _, _, err = d.Next(); err != nil {
						return
					}
				}
			})
			assert.Less(t, taken, uint64(most))
			if name == "over the limit" {
				assert.Equal(t, &SizeError{LimitBytes: 1<<30 - 1, SizeBytes: 0xFFFFFFFF}, err)
			}
		})
	}
}
