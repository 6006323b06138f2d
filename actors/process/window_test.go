package process

import (
	"io"
	"math/rand/v2"
	"os"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func newWindow(limit int) *window {
	w := &window{}
	w.init(limit)
	return w
}

// Whatever is dropped, each byte that arrives stands where the counts say it
// stood.
func TestWindowCountsEveryByte(t *testing.T) {
	for seed := range uint64(100) {
		random := rand.New(rand.NewPCG(seed, 0))
		w := newWindow(1 + random.IntN(50))
		var printed, at, delivered, dropped int
		var held []byte
		take := func() bool {
			data, gap, ok := w.take(held)
			held = data
			at += int(gap)
			for _, b := range data {
				require.Equal(t, byte(at), b, "seed %d, byte %d", seed, at)
				at++
			}
			delivered += len(data)
			return ok
		}
		for range 300 {
			if random.IntN(3) > 0 {
				chunk := make([]byte, random.IntN(30))
				for i := range chunk {
					chunk[i] = byte(printed + i)
				}
				printed += len(chunk)
				dropped += w.put(chunk, false, nil)
			} else if len(w.waiting) > 0 {
				take()
			}
			require.LessOrEqual(t, len(w.waiting)+w.held, w.limit, "seed %d", seed)
		}
		w.end()
		for take() {
		}
		assert.Equal(t, printed, delivered+dropped, "seed %d", seed)
		assert.Equal(t, printed, at, "seed %d: with the gaps", seed)
	}
}

// A window that was full while its consumer held everything takes again.
func TestWindowRecovers(t *testing.T) {
	w := newWindow(4)
	require.Zero(t, w.put([]byte("abcd"), false, nil))
	held, _, _ := w.take(nil)
	require.Equal(t, 2, w.put([]byte("ef"), false, nil), "all its room is with the consumer")
	w.end()
	_, gap, ok := w.take(held)
	assert.False(t, ok)
	assert.EqualValues(t, 2, gap)
	w.ended = false
	assert.Zero(t, w.put([]byte("gh"), false, nil))
	data, gap, ok := w.take(nil)
	assert.Equal(t, []any{"gh", uint64(2), true}, []any{string(data), gap, ok})
}

func TestWindowHoldsItsProducer(t *testing.T) {
	for name, c := range map[string]struct {
		release func(w *window, cut *atomic.Bool)
		dropped int
	}{
		"until there is room":     {func(w *window, _ *atomic.Bool) { data, _, _ := w.take(nil); w.take(data) }, 0},
		"until it is cut":         {func(w *window, cut *atomic.Bool) { cut.Store(true); w.wake() }, 2},
		"until its consumer left": {func(w *window, _ *atomic.Bool) { w.leave() }, 2},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWindow(4)
				var cut atomic.Bool
				done := make(chan int, 1) // so that the producer ends
				go func() { done <- w.put([]byte("abcdef"), true, &cut) }()
				synctest.Wait()
				assert.Empty(t, done, "it did not wait")
				c.release(w, &cut)
				assert.Equal(t, c.dropped, <-done)
			})
		})
	}
}

func TestReaderReadsAcrossIncarnationsToItsEnd(t *testing.T) {
	r := NewReader(8)
	var cut atomic.Bool
	go func() {
		for _, text := range []string{"one ", "and another ", "end"} {
			r.window.put([]byte(text), true, &cut)
		}
		r.End()
	}()
	all, err := io.ReadAll(struct{ io.Reader }{r})
	require.NoError(t, err)
	assert.Equal(t, "one and another end", string(all))
	_, err = r.Read(make([]byte, 1))
	assert.Equal(t, io.EOF, err, "again")
}

func TestReaderWritesItselfTo(t *testing.T) {
	r := NewReader(0)
	r.window.put([]byte("what waits"), false, nil)
	r.End()
	var to strings.Builder
	n, err := io.Copy(&to, r)
	require.NoError(t, err)
	assert.EqualValues(t, 10, n)
	assert.Equal(t, "what waits", to.String())
}

func TestClosedReaderDropsAndHoldsNobody(t *testing.T) {
	r := NewReader(4)
	var cut atomic.Bool
	require.Zero(t, r.window.put([]byte("abcd"), true, &cut))
	_, err := r.Read(make([]byte, 1))
	require.NoError(t, err)
	require.NoError(t, r.Close())
	_, err = r.Read(make([]byte, 1))
	assert.ErrorIs(t, err, os.ErrClosed)
	assert.Equal(t, 9, r.window.put([]byte("much more"), true, &cut))
	require.NoError(t, r.Close(), "again")
}
