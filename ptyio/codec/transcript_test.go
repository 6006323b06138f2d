package codec

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"errors"
	"testing"

	"github.com/stretchr/testify/require"
)

// An event is what a decoder said: a payload, or the word for an error.
type event struct{ payload, err string }

// word names an error by its sentinel, so that transcripts can be compared.
func word(err error) string {
	for _, known := range []error{ErrTooLarge, ErrTruncated, ErrSyntax} {
		if errors.Is(err, known) {
			return known.Error()
		}
	}
	return "other: " + err.Error()
}

// decode feeds stream in pieces whose sizes come from cuts, in turns, and
// returns all that the decoder said. Each other piece goes through Space. It
// checks in each turn that the decoder keeps its bound on memory. A final
// error ends it.
func decode(t testing.TB, d *Decoder, stream []byte, cuts []int, final bool) []event {
	t.Helper()
	var events []event
	largest := 0
	for i := 0; len(stream) > 0; i++ {
		n := len(stream)
		if len(cuts) > 0 {
			n = min(n, cuts[i%len(cuts)])
		}
		largest = max(largest, n)
		if i%2 == 0 {
			d.Feed(stream[:n])
		} else {
			d.Advance(copy(d.Space(n)[:n], stream[:n]))
		}
		stream = stream[n:]
		for {
			payload, ok, err := d.Next()
			if err != nil {
				events = append(events, event{err: word(err)})
				if final {
					return events
				}
				continue
			}
			if !ok {
				break
			}
			events = append(events, event{payload: string(payload)})
		}
		require.Less(t, d.w-d.r, max(d.maxFrame, 1), "held between turns")
		require.LessOrEqual(t, len(d.buf), d.maxFrame+largest, "memory")
	}
	rest, err := d.Finish()
	if err != nil {
		return append(events, event{err: word(err)})
	}
	if rest != nil {
		events = append(events, event{payload: string(rest)})
	}
	return events
}

// wantLines says in the simplest way what Lines makes of a whole stream.
func wantLines(stream []byte, limit int) []event {
	var events []event
	for len(stream) > 0 {
		line, rest, ended := bytes.Cut(stream, []byte("\n"))
		if ended {
			line = bytes.TrimSuffix(line, []byte("\r"))
		}
		if len(line) > limit {
			events = append(events, event{err: "too large"})
		} else {
			events = append(events, event{payload: string(line)})
		}
		stream = rest
	}
	return events
}

// wantJSON says the same for JSONLines.
func wantJSON(stream []byte, limit int) []event {
	events := wantLines(stream, limit)
	for i, e := range events {
		if e.err == "" && !json.Valid([]byte(e.payload)) {
			events[i] = event{err: "invalid JSON"}
		}
	}
	return events
}

// wantLength says the same for Length.
func wantLength(stream []byte, prefix, limit int) []event {
	var events []event
	for len(stream) > 0 {
		if len(stream) < prefix {
			return append(events, event{err: "truncated frame"})
		}
		var number [8]byte
		copy(number[8-prefix:], stream[:prefix])
		size := binary.BigEndian.Uint64(number[:])
		stream = stream[prefix:]
		if size > uint64(limit) {
			return append(events, event{err: "too large"})
		}
		if size > uint64(len(stream)) {
			return append(events, event{err: "truncated frame"})
		}
		events = append(events, event{payload: string(stream[:size])})
		stream = stream[size:]
	}
	return events
}

// everyCut decodes stream whole, in two pieces cut at every offset, and byte
// by byte, each with a decoder of its own, and wants the same every time.
func everyCut(t *testing.T, c Codec, stream []byte, final bool, want []event) {
	t.Helper()
	require.Equal(t, want, decode(t, c.NewDecoder(), stream, nil, final), "whole")
	for i := 1; i < len(stream); i++ {
		got := decode(t, c.NewDecoder(), stream, []int{i, len(stream) - i}, final)
		require.Equal(t, want, got, "cut at %d", i)
	}
	require.Equal(t, want, decode(t, c.NewDecoder(), stream, []int{1}, final), "byte by byte")
	require.Equal(t, want, decode(t, c.NewDecoder(), stream, []int{2, 3, 1}, final), "in threes")
}

// roundTrip frames what the codec accepts of payloads and wants it back.
func roundTrip(t testing.TB, c Codec, payloads [][]byte, cuts []int) {
	t.Helper()
	var stream []byte
	var want []event
	for _, p := range payloads {
		longer, err := c.Append(stream, p)
		if err != nil {
			require.Equal(t, stream, longer, "dst after an error")
			continue
		}
		stream = longer
		want = append(want, event{payload: string(p)})
	}
	require.Equal(t, want, decode(t, c.NewDecoder(), stream, cuts, false))
}
