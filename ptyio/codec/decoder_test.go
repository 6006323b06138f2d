package codec

import (
	"bufio"
	"errors"
	"io"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestPayloadsOfOneTurnLiveTogether(t *testing.T) {
	d := Lines{}.NewDecoder()
	d.Feed([]byte("first\nsecond\nthi"))
	first, ok, err := d.Next()
	require.True(t, ok && err == nil)
	second, ok, err := d.Next()
	require.True(t, ok && err == nil)
	longer := append(first, "overwritten?"...)
	assert.Equal(t, "firstoverwritten?", string(longer))
	assert.Equal(t, "first", string(first))
	assert.Equal(t, "second", string(second))
	d.Feed([]byte("rd\n"))
	third, ok, err := d.Next()
	require.True(t, ok && err == nil)
	assert.Equal(t, "third", string(third))
}

func TestLargeFrameInSmallReads(t *testing.T) {
	payload := strings.Repeat("0123456789abcdef", 1<<16)
	frame, err := Length{}.Append(nil, []byte(payload))
	require.NoError(t, err)
	frame, err = Length{}.Append(frame, []byte("next"))
	require.NoError(t, err)
	d := Length{}.NewDecoder()
	r := strings.NewReader(string(frame))
	var got []string
	for {
		n, err := r.Read(d.Space(1000))
		if errors.Is(err, io.EOF) {
			break
		}
		d.Advance(n)
		for {
			p, ok, err := d.Next()
			require.NoError(t, err)
			if !ok {
				break
			}
			got = append(got, string(p))
		}
	}
	require.Len(t, got, 2)
	assert.True(t, payload == got[0], "a megabyte came back")
	assert.Equal(t, "next", got[1])
}

func TestSteadyStateAllocatesNothing(t *testing.T) {
	if raceEnabled {
		t.Skip("under the race detector, encoding/json's pool forgets what it holds")
	}
	for name, c := range map[string]Codec{"lines": Lines{}, "length": Length{}, "json": JSONLines{}} {
		var stream []byte
		for range 100 {
			var err error
			stream, err = c.Append(stream, []byte(`{"text":"some payload"}`))
			require.NoError(t, err)
		}
		d := c.NewDecoder()
		out := make([]byte, 0, len(stream))
		frames := 0
		turn := func(part []byte) {
			d.Advance(copy(d.Space(1<<12), part))
			for {
				p, ok, err := d.Next()
				if err != nil || !ok {
					return
				}
				out, _ = c.Append(out, p)
				frames++
			}
		}
		allocs := testing.AllocsPerRun(100, func() {
			out = out[:0]
			turn(stream[:len(stream)/2+3])
			turn(stream[len(stream)/2+3:])
		})
		assert.Zero(t, allocs, name)
		assert.Equal(t, 101*100, frames, name)
		assert.Equal(t, stream, out, name)
	}
}

func TestCodecOfOnesOwn(t *testing.T) {
	d := NewDecoder(bufio.ScanWords, 100)
	assert.Equal(t, []event{{payload: "to"}, {payload: "be"}, {payload: "or"}},
		decode(t, d, []byte(" to  be or"), []int{3}, false))
}

func TestBrokenUseIsAPanic(t *testing.T) {
	d := Lines{}.NewDecoder()
	n := len(d.Space(10))
	assert.Panics(t, func() { d.Advance(n + 1) })
	assert.Panics(t, func() { d.Advance(-1) })
	assert.NotPanics(t, func() { d.Advance(n) })

	stuck := NewDecoder(func(data []byte, _ bool) (int, []byte, error) { return 0, data, nil }, 10)
	stuck.Feed([]byte("x"))
	assert.Panics(t, func() { _, _, _ = stuck.Next() })
}
