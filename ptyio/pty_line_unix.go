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

// after returns the line after p was typed, and the length of the longest line
// on the way, without its end; that is 0 if the terminal does not collect lines.
func (l line) after(p []byte, modes *unix.Termios) (_ line, longest int) {
	if len(p) == 0 {
		return l, 0
	}
	last := p[len(p)-1]
	l.unfinished = last >= ' ' || last == '\t'
	if modes.Lflag&unix.ICANON == 0 {
		// What a terminal holds when it starts to collect lines is a line.
		l.size, l.quoted = 0, false
		return l, 0
	}
	kinds := kindsOf(modes)
	for _, c := range p {
		kind := kinds[c]
		switch {
		case kind == ordinary, l.quoted && kind != doubled:
			l.size++
			l.quoted = false
		case kind == end:
			l.size = 0
		case kind == quote:
			l.size++
			l.quoted = true
		case kind == doubled:
			l.size += 2
			l.quoted = false
		}
		longest = max(longest, l.size)
	}
	return l, longest
}

// kind is what a byte is to the terminal, as far as lines are concerned.
type kind uint8

const (
	ordinary kind = iota
	end           // it hands the line over
	quote         // it takes the meaning from the next byte
	doubled       // it looks like the mark of a parity error
)

// kindsOf returns the kind of each byte, n_tty(4) for Linux.
func kindsOf(modes *unix.Termios) (kinds [256]kind) {
	set := func(char int, k kind) {
		if c := modes.Cc[char]; c != disabledChar {
			kinds[c] = k
		}
	}
	if modes.Lflag&unix.IEXTEN != 0 {
		set(unix.VLNEXT, quote)
		set(unix.VEOL2, end)
	}
	set(unix.VEOL, end)
	set(unix.VEOF, end)
	if modes.Iflag&unix.INLCR == 0 {
		kinds['\n'] = end
	}
	if modes.Iflag&(unix.ICRNL|unix.IGNCR) == unix.ICRNL {
		kinds['\r'] = end
	}
	switch {
	case modes.Iflag&unix.ISTRIP != 0:
		copy(kinds[128:], kinds[:128])
	case modes.Iflag&unix.PARMRK != 0:
		kinds[0xff] = doubled
	}
	return kinds
}
