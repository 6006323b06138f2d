package health

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"regexp"
	"sync"
)

// maxLineBytes is how much of a line is looked at.
const maxLineBytes = 64 << 10

// Line proves readiness by a line that the child prints, whatever else consumes
// its output. A line is looked at when its end has come, without it, and only
// its first 64 KiB. A child that is held because its output is not consumed
// does not get as far as that.
type Line struct {
	// Pattern is searched for in the line.
	Pattern *regexp.Regexp
	// Stream is where the line must come. Zero: anywhere.
	Stream Stream

	onlyProof
}

var _ Probe = Line{}

// Validate returns everything that is wrong with the probe, or nil.
func (p Line) Validate() error {
	return errors.Join(
		fault(p.Pattern == nil, "Pattern is nil"),
		fault(p.Stream > Stderr, "no stream %d", p.Stream),
	)
}

// Open prepares to look at one incarnation.
func (p Line) Open(child *Child) func(context.Context) error {
	var once sync.Once
	found := make(chan struct{})
	var held [Stderr + 1][]byte // the beginning of a line, by stream
	child.Listen(p.Stream, func(stream Stream, data []byte) bool {
		if scan(&held[stream], data, p.Pattern.Match) {
			once.Do(func() { close(found) })
		}
		return isClosed(found)
	})
	return func(ctx context.Context) error {
		select {
		case <-found:
			return nil
		case <-ctx.Done():
			return fmt.Errorf("no line matched %q", p.Pattern)
		}
	}
}

// scan reports whether a line that ends in data matches. The beginning of the
// next line is held.
func scan(held *[]byte, data []byte, match func([]byte) bool) bool {
	for {
		i := bytes.IndexByte(data, '\n')
		end := i
		if i < 0 {
			end = len(data)
		}
		*held = append(*held, data[:min(end, maxLineBytes-len(*held))]...)
		if i < 0 {
			return false
		}
		line := bytes.TrimSuffix(*held, []byte("\r"))
		if match(line) {
			*held = nil
			return true
		}
		*held, data = (*held)[:0], data[i+1:]
	}
}

func isClosed(c chan struct{}) bool {
	select {
	case <-c:
		return true
	default:
		return false
	}
}
