package codec

import (
	"fmt"
	"testing"
)

var codecs = []struct {
	name  string
	codec Codec
}{
	{"lines", Lines{}}, {"length", Length{}}, {"json", JSONLines{}},
}

// payloadOf returns a JSON string of n bytes.
func payloadOf(n int) []byte {
	p := make([]byte, n)
	for i := range p {
		p[i] = 'a' + byte(i%26)
	}
	p[0], p[n-1] = '"', '"'
	return p
}

func BenchmarkAppend(b *testing.B) {
	for _, c := range codecs {
		for _, n := range []int{100, 64 << 10} {
			b.Run(fmt.Sprintf("%s/%d", c.name, n), func(b *testing.B) {
				payload := payloadOf(n)
				dst := make([]byte, 0, n+4)
				b.SetBytes(int64(n))
				b.ReportAllocs()
				for b.Loop() {
					if _, err := c.codec.Append(dst, payload); err != nil {
						b.Fatal(err)
					}
				}
			})
		}
	}
}

// BenchmarkDecode takes whole streams in reads of 32 KiB; ns/frame is the cost
// of one frame, copying into the decoder included.
func BenchmarkDecode(b *testing.B) {
	for _, c := range codecs {
		for _, n := range []int{100, 64 << 10} {
			b.Run(fmt.Sprintf("%s/%d", c.name, n), func(b *testing.B) { benchmarkDecode(b, c.codec, n) })
		}
	}
}

func benchmarkDecode(b *testing.B, c Codec, n int) {
	const total, read = 4 << 20, 32 << 10
	var stream []byte
	frames := 0
	for len(stream) < total {
		var err error
		if stream, err = c.Append(stream, payloadOf(n)); err != nil {
			b.Fatal(err)
		}
		frames++
	}
	d := c.NewDecoder()
	b.SetBytes(int64(len(stream)))
	b.ReportAllocs()
	for b.Loop() {
		got := 0
		for at := 0; at < len(stream); {
			k := copy(d.Space(read)[:read], stream[at:])
			d.Advance(k)
			at += k
			for {
				_, ok, err := d.Next()
				if err != nil {
					b.Fatal(err)
				}
				if !ok {
					break
				}
				got++
			}
		}
		if got != frames {
			b.Fatalf("%d of %d frames", got, frames)
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*frames), "ns/frame")
}
