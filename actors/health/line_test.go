package health

import (
	"context"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
)

// A line is found however it is cut into reads, and what is none is not.
func TestLine(t *testing.T) {
	long := strings.Repeat("x", maxLineBytes)
	for _, c := range []struct {
		name, pattern, stdout, stderr string
		stream                        Stream
		want                          bool
	}{
		{name: "on stdout", pattern: "^ready$", stdout: "hello\nready\n", want: true},
		{name: "CRLF", pattern: "^ready$", stdout: "ready\r\n", want: true},
		{name: "on stderr", pattern: "ready", stderr: "I am ready\n", want: true},
		{name: "on the other stream", pattern: "ready", stream: Stdout, stderr: "ready\n"},
		{name: "on the right stream", pattern: "ready", stream: Stderr, stdout: "x\n", stderr: "ready\n", want: true},
		{name: "its end has not come", pattern: "ready", stdout: "ready"},
		{name: "across lines", pattern: "ready", stdout: "rea\ndy\n"},
		{name: "behind a long line", pattern: "^ready$", stdout: long + long + "\nready\n", want: true},
		{name: "the end of a long line", pattern: "ready", stdout: long + "ready\n"},
	} {
		t.Run(c.name, func(t *testing.T) {
			for _, size := range []int{1, 3, 1 << 20} {
				child := &Child{}
				probe := Line{Pattern: regexp.MustCompile(c.pattern), Stream: c.stream}.Open(child)
				print := func(stream Stream, text string) (done bool) {
					take := child.Listener(stream)
					for len(text) > 0 && take != nil && !done {
						n := min(size, len(text))
						done = take([]byte(text[:n]))
						text = text[n:]
					}
					return done
				}
				done := print(Stdout, c.stdout)
				done = print(Stderr, c.stderr) || done
				assert.Equal(t, c.want, done, "it listens no longer")
				over, cancel := context.WithCancel(t.Context())
				if !c.want {
					cancel()
				}
				assert.Equal(t, c.want, probe(over) == nil)
				cancel()
			}
		})
	}
}

func TestNobodyListensWithoutALine(t *testing.T) {
	child := &Child{}
	TCP{}.Open(child)
	assert.Nil(t, child.Listener(Stdout))
}
