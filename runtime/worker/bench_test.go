package worker

import (
	"fmt"
	"os"
	"testing"

	"github.com/stretchr/testify/require"

	"brood/actors/protocol"
)

// BenchmarkServe is the child's share of a round trip, with so many tasks of
// 100 bytes in each write.
func BenchmarkServe(b *testing.B) {
	for _, burst := range []int{1, 16, 64} {
		b.Run(fmt.Sprintf("burst=%d", burst), func(b *testing.B) {
			in, w, err := os.Pipe()
			require.NoError(b, err)
			r, out, err := os.Pipe()
			require.NoError(b, err)
			s := newServer(echo, "bench", in, out, protocol.Link{Incarnation: self})
			served := make(chan error)
			go func() { served <- s.serve() }()
			frames := encode(b, burst)
			answers := make([]byte, len(frames))
			b.ReportAllocs()
			for b.Loop() {
				_, err := w.Write(frames)
				require.NoError(b, err)
				for got := 0; got < len(frames); {
					n, err := r.Read(answers[got:])
					require.NoError(b, err)
					got += n
				}
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*burst), "ns/task")
			require.NoError(b, w.Close())
			require.ErrorIs(b, <-served, ErrPoolGone)
			for _, f := range []*os.File{in, out, r} {
				require.NoError(b, f.Close())
			}
		})
	}
}

func encode(b *testing.B, tasks int) (frames []byte) {
	encoder, _ := protocol.Wire{}.Open()
	for id := range tasks {
		m := task(uint64(id), string(make([]byte, 100)))
		m.Incarnation = self
		var err error
		frames, err = encoder.Encode(frames, &m)
		require.NoError(b, err)
	}
	return frames
}
