//go:build unix

package ptyio

import "golang.org/x/sys/unix"

// line counts what was typed since the last line end, to foresee what the
// terminal would cut. It sees bytes where the terminal sees meanings, and errs
// to the side of counting: what was erased, killed or was never stored (Ctrl-S)
// counts until the line ends.
type line struct {
	size   int
	quoted bool // the next byte is taken literally
	// unfinished says that the last byte was of a line without end. It is what
	// the end-of-file character has to be told apart by, and errs to the side
	// of an empty line: Ctrl-C leaves one.
	unfinished bool
}

// longest returns the length of the longest line that p would make, without its
// end; 0 if the terminal does not collect lines.
func (l line) longest(p []byte, modes *unix.Termios) int { return l.typed(p, modes) }

// typed adds p, and returns what longest does.
func (l *line) typed(p []byte, modes *unix.Termios) (longest int) {
	if len(p) == 0 {
		return 0
	}
	last := p[len(p)-1]
	l.unfinished = last >= ' ' || last == '\t'
	if modes.Lflag&unix.ICANON == 0 {
		// What a terminal holds when it starts to collect lines is a line.
		l.size, l.quoted = 0, false
		return 0
	}
	for _, c := range p {
		switch {
		case l.quoted:
			l.quoted = false
			l.size++
		case endsLine(c, modes):
			l.size = 0
		default:
			l.quoted = is(c, unix.VLNEXT, modes) && modes.Lflag&unix.IEXTEN != 0
			l.size += stored(c, modes)
		}
		longest = max(longest, l.size)
	}
	return longest
}

// endsLine reports whether the terminal hands over the line at c, which is not
// quoted.
func endsLine(c byte, modes *unix.Termios) bool {
	switch c {
	case '\n':
		return modes.Iflag&unix.INLCR == 0
	case '\r':
		return modes.Iflag&unix.ICRNL != 0 && modes.Iflag&unix.IGNCR == 0
	}
	return is(c, unix.VEOF, modes) || is(c, unix.VEOL, modes) ||
		is(c, unix.VEOL2, modes) && modes.Lflag&unix.IEXTEN != 0
}

// stored returns how many bytes of the line c takes: two if it looks like the
// mark of a parity error, which is doubled.
func stored(c byte, modes *unix.Termios) int {
	if c == 0xff && modes.Iflag&unix.PARMRK != 0 {
		return 2
	}
	return 1
}

func is(c byte, special int, modes *unix.Termios) bool {
	return modes.Cc[special] == c && c != disabledChar
}
