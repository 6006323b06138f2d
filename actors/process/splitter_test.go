package process

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

	"brood/actors"
)

// said collects lines as text: a partial one ends in "…", a gap is [n].
func said(limit int, feed func(s *splitter)) []string {
	var lines []string
	s := &splitter{limit: limit, stream: stderr, emit: func(line actors.Line) {
		text := string(line.Text)
		if line.Dropped > 0 {
			text = fmt.Sprintf("[%d]", line.Dropped) + text
		}
		if line.Partial {
			text += "…"
		}
		lines = append(lines, text)
	}}
	feed(s)
	s.end()
	return lines
}

func TestSplitterFindsLines(t *testing.T) {
	for text, want := range map[string][]string{
		"":                      nil,
		"\n":                    {""},
		"a\nb\n":                {"a", "b"},
		"a\r\n\r\nb\r\r\n":      {"a", "", "b\r"},
		"last":                  {"last…"},
		"a\n\nlast\r":           {"a", "", "last\r…"},
		"12345678\n":            {"12345678"},
		"1234567\r\n":           {"1234567"},
		"123456789\nx":          {"12345678…", "9", "x…"},
		"12345678\r\n":          {"12345678…", ""},
		"1234567812345678\nx\n": {"12345678…", "12345678", "x"},
		"12345678123456781":     {"12345678…", "12345678…", "1…"},
		"\x00\xff\n\xfe":        {"\x00\xff", "\xfe…"},
	} {
		for chunk := 1; chunk <= len(text)+1; chunk++ {
			got := said(8, func(s *splitter) {
				for rest := []byte(text); len(rest) > 0; {
					n := min(chunk, len(rest))
					s.take(rest[:n], 0)
					rest = rest[n:]
				}
			})
			assert.Equal(t, want, got, "%q in chunks of %d", text, chunk)
		}
	}
}

func TestSplitterMarksGaps(t *testing.T) {
	got := said(100, func(s *splitter) {
		s.take([]byte("one\ntw"), 0)
		s.take([]byte("ee\nfour\n"), 7)
		s.take([]byte("five\n"), 2)
		s.take([]byte("six"), 0)
	})
	assert.Equal(t, []string{"one", "tw…", "[7]ee", "four", "[2]five", "six…"}, got)
}

// However the output is read, its pieces put together are what was printed.
func TestSplitterLosesNothing(t *testing.T) {
	for seed := range uint64(200) {
		random := rand.New(rand.NewPCG(seed, 0))
		text := make([]byte, random.IntN(2000))
		for i := range text {
			text[i] = "ab\n"[random.IntN(3)]
			if random.IntN(4) > 0 {
				text[i] = 'c'
			}
		}
		limit := 1 + random.IntN(20)
		var together bytes.Buffer
		s := &splitter{limit: limit, emit: func(line actors.Line) {
			assert.LessOrEqual(t, len(line.Text), limit)
			together.Write(line.Text)
			if !line.Partial {
				together.WriteByte('\n')
			}
		}}
		for rest := text; len(rest) > 0; {
			n := min(1+random.IntN(300), len(rest))
			s.take(rest[:n], 0)
			rest = rest[n:]
		}
		s.end()
		assert.Equal(t, string(text), together.String(), "seed %d", seed)
	}
}

func TestSplitterAllocatesNothingPerLine(t *testing.T) {
	n := 0
	s := &splitter{limit: 64 << 10, emit: func(actors.Line) { n++ }}
	block := []byte(strings.Repeat(strings.Repeat("x", 79)+"\n", 800) + "half a line")
	allocs := testing.AllocsPerRun(100, func() {
		s.take(block, 0)
		s.take([]byte("\n"), 0)
	})
	assert.LessOrEqual(t, allocs, 1.0, "one for the line that crosses two reads, at most")
	assert.Equal(t, 101*801, n)
}

func BenchmarkSplitter(b *testing.B) {
	n := 0
	s := &splitter{limit: 64 << 10, emit: func(line actors.Line) { n += len(line.Text) }}
	block := []byte(strings.Repeat(strings.Repeat("x", 79)+"\n", 819))
	b.SetBytes(int64(len(block)))
	b.ReportAllocs()
	for b.Loop() {
		s.take(block, 0)
	}
}
