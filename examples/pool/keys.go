package main

import "bytes"

// verb is what a key asks for.
type verb int

const (
	grow verb = iota + 1
	shrink
	previous
	next
	choose // the worker in a row
	recycle
	kill
	pause
	roll
	drain
	quit
	interrupt
)

// command is one verb, and the row that choose means, from 0.
type command struct {
	verb verb
	row  int
}

// verbs of the keys that are one byte; = is + without shift. A raw terminal makes no signal of Ctrl-C.
var verbs = map[byte]verb{
	'+': grow, '=': grow, '-': shrink, 'r': recycle, 'k': kill, 'p': pause, 'o': roll, 'd': drain, 'q': quit,
	3: interrupt,
}

// arrows are the verbs of keys that send several bytes: the end of those, in
// both modes of a terminal.
var arrows = map[string]verb{"[A": previous, "[B": next, "OA": previous, "OB": next}

const escape = 0x1b

// read returns the commands in what was typed, and the beginning of a sequence of
// which the rest is still to come. Other keys mean nothing.
func read(typed []byte) (commands []command, rest []byte) {
	for len(typed) > 0 {
		key := typed[0]
		if key == escape {
			size := sequence(typed)
			if size == 0 {
				return commands, typed
			}
			if v := arrows[string(typed[1:size])]; v != 0 {
				commands = append(commands, command{verb: v})
			}
			typed = typed[size:]
			continue
		}
		typed = typed[1:]
		if v := verbs[key]; v != 0 {
			commands = append(commands, command{verb: v})
		} else if row := bytes.IndexByte([]byte("123456789"), key); row >= 0 {
			commands = append(commands, command{choose, row})
		}
	}
	return commands, nil
}

// sequence returns the length of the sequence that begins with an escape, or 0 if
// its end is missing. An escape before something else is a key of its own.
func sequence(typed []byte) int {
	switch {
	case len(typed) == 1:
		return 0
	case typed[1] == 'O' && len(typed) == 2:
		return 0
	case typed[1] == 'O':
		return 3
	case typed[1] != '[':
		return 1
	}
	for i, b := range typed[2:] {
		switch {
		case b >= '@' && b <= '~':
			return i + 3
		case b < ' ': // it will have no end: Ctrl-C, for one, is to be seen
			return i + 2
		}
	}
	return 0
}
