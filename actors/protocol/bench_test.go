package protocol

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// benchmarked are the messages of a round trip, with 100 bytes each.
var benchmarked = []struct {
	name string
	make func(b *testing.B) Message
}{
	{"plain", func(*testing.B) Message {
		return Message{Kind: Task, Incarnation: 7, ID: 1, Payload: make([]byte, 100)}
	}},
	{"traced", func(b *testing.B) Message {
		return Message{Kind: Task, Incarnation: 7, ID: 1, Trace: spanContext(b, 1, ""), Payload: make([]byte, 100)}
	}},
}

func BenchmarkEncode(b *testing.B) {
	for _, c := range benchmarked {
		b.Run(c.name, func(b *testing.B) {
			m := c.make(b)
			encoder, _ := Wire{}.Open()
			var buf []byte
			b.ReportAllocs()
			for b.Loop() {
				var err error
				if buf, err = encoder.Encode(buf[:0], &m); err != nil {
					b.Fatal(err)
				}
			}
			b.SetBytes(int64(len(buf)))
		})
	}
}

// BenchmarkDecode decodes what one read brings: 32 frames.
func BenchmarkDecode(b *testing.B) {
	const frames = 32
	for _, c := range benchmarked {
		b.Run(c.name, func(b *testing.B) {
			frame := encode(b, c.make(b))
			var stream []byte
			for range frames {
				stream = append(stream, frame...)
			}
			_, decoder := Wire{}.Open()
			var m Message
			b.ReportAllocs()
			b.SetBytes(int64(len(stream)))
			for b.Loop() {
				feed(decoder, stream)
				for range frames {
					ok, err := decoder.Next(&m)
					if !ok || err != nil {
						require.NoError(b, err)
						b.Fatal("a frame is missing")
					}
				}
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*frames), "ns/frame")
		})
	}
}
