package main

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"strings"
	"sync"

	"golang.org/x/term"
)

// What a terminal does when it is sent these.
const (
	hideCursor  = "\x1b[?25l"
	showCursor  = "\x1b[?25h"
	clearLine   = "\x1b[K" // from the cursor to the end of the line
	clearBelow  = "\x1b[J"
	upFormat    = "\x1b[%dA"
	startOfLine = "\r"
)

// screen draws lines on a terminal, each time in the place of those before. Safe
// for concurrent use.
type screen struct {
	out   io.Writer
	size  func() (width, height int, err error)
	reset func() error // gives the terminal its modes back

	mu     sync.Mutex
	drawn  int // lines
	closed bool
}

// openScreen makes the terminal of stdin and out raw, until close. It returns nil if
// one of the two is no terminal.
func openScreen(out io.Writer) (*screen, error) {
	file, _ := out.(*os.File)
	stdin := int(os.Stdin.Fd())
	if file == nil || !term.IsTerminal(int(file.Fd())) || !term.IsTerminal(stdin) {
		return nil, nil
	}
	before, err := term.MakeRaw(stdin)
	if err != nil {
		return nil, fmt.Errorf("make the terminal raw: %w", err)
	}
	return &screen{
		out:   out,
		size:  func() (int, int, error) { return term.GetSize(int(file.Fd())) },
		reset: func() error { return term.Restore(stdin, before) },
	}, nil
}

// room returns how many columns and rows there are.
func (s *screen) room() (width, height int) {
	width, height, err := s.size()
	if err != nil || width < 1 || height < 1 {
		return 80, 24
	}
	return width, height
}

// draw shows these lines, of which none is as wide as the screen and which are
// fewer than it is high.
func (s *screen) draw(lines []string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return
	}
	var b bytes.Buffer
	b.WriteString(hideCursor + startOfLine)
	if s.drawn > 0 {
		fmt.Fprintf(&b, upFormat, s.drawn)
	}
	b.WriteString(strings.Join(lines, clearLine+"\r\n"))
	b.WriteString(clearLine + "\r\n" + clearBelow)
	s.drawn = len(lines)
	_, _ = s.out.Write(b.Bytes()) // what a terminal does not show is no loss
}

// close leaves what is drawn, and gives the terminal back as it was. Again does
// nothing.
func (s *screen) close() error {
	if s == nil {
		return nil
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return nil
	}
	s.closed = true
	_, _ = io.WriteString(s.out, showCursor)
	return s.reset()
}

// closeOnPanic is deferred by goroutines: a panic ends the program, past what the
// main one has deferred.
func (s *screen) closeOnPanic() {
	if what := recover(); what != nil {
		_ = s.close()
		panic(what)
	}
}
