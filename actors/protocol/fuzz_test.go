package protocol

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// ending is how a stream ended, in words.
func ending(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}

// decodeAll decodes a stream that arrives in pieces of these sizes, and then
// the rest of it at once.
func decodeAll(stream, sizes []byte) (messages []*Message, end string) {
	_, decoder := Wire{LimitBytes: 1 << 12}.Open()
	for len(stream) > 0 {
		n := len(stream)
		if len(sizes) > 0 {
			n, sizes = min(n, 1+int(sizes[0])), sizes[1:]
		}
		feed(decoder, stream[:n])
		stream = stream[n:]
		for {
			m, err := next(decoder)
			if err != nil {
				return messages, ending(err)
			}
			if m == nil {
				break
			}
			messages = append(messages, m)
		}
	}
	return messages, ending(decoder.Finish())
}

// Whatever arrives, and in whatever pieces: it does not panic, the pieces make
// no difference, and what was understood can be said again.
func FuzzWire(f *testing.F) {
	full := Message{Kind: Task, Incarnation: 7, ID: 1, Trace: spanContext(f, 1, "a=b"), Began: 1, Ended: 2, Payload: []byte("payload")}
	var stream []byte
	for kind := Hello; kind <= lastKind; kind++ {
		stream = append(stream, encode(f, Message{Kind: kind, ID: uint64(kind)})...)
	}
	f.Add([]byte{}, []byte{})
	f.Add(stream, []byte{0, 0, 0, 0, 0, 200})
	f.Add(encode(f, full), []byte{3, 0, 14, 0})
	f.Add(encode(f, full)[:60], []byte{30})
	f.Add(encode(f, Message{Kind: Task, Streamed: true, Payload: []byte("begin")}), []byte{9})
	f.Add(encode(f, Message{Kind: Credit, ID: 1, Payload: CreditPayload(1 << 18)}), []byte{})
	f.Add([]byte("GET / HTTP/1.1\r\n\r\n"), []byte{2})
	f.Add([]byte("\x00\x00\x00\x10\x03\x02\x00\x00"), []byte{4})
	f.Fuzz(func(t *testing.T, stream, sizes []byte) {
		messages, end := decodeAll(stream, nil)
		again, endAgain := decodeAll(stream, sizes)
		require.Equal(t, messages, again)
		require.Equal(t, end, endAgain)
		for _, m := range messages {
			said, end := decodeAll(encode(t, *m), nil)
			require.Equal(t, []*Message{m}, said)
			require.Empty(t, end)
		}
	})
}
