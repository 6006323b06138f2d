package main

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestKeys(t *testing.T) {
	say := func(verbs ...verb) (all []command) {
		for _, v := range verbs {
			all = append(all, command{verb: v})
		}
		return all
	}
	for _, c := range []struct {
		name, typed string
		want        []command
		rest        string
	}{
		{"nothing", "", nil, ""},
		{"each", "+-rkpodq\x03", say(grow, shrink, recycle, kill, pause, roll, drain, quit, interrupt), ""},
		{"plus without shift", "=", say(grow), ""},
		{"others mean nothing", "xR0 \r\n", nil, ""},
		{"rows", "19", []command{{choose, 0}, {choose, 8}}, ""},
		{"arrows", "\x1b[A\x1b[B", say(previous, next), ""},
		{"arrows of the other mode", "\x1bOA\x1bOB", say(previous, next), ""},
		{"other sequences", "\x1b[C\x1b[1;5A\x1b[3~\x1bOPq", say(quit), ""},
		{"an escape before a key", "\x1bq\x1b\x1bk", say(quit, kill), ""},
		{"an escape", "k\x1b", say(kill), "\x1b"},
		{"a beginning", "\x1b[1;", nil, "\x1b[1;"},
		{"a beginning of the other mode", "\x1bO", nil, "\x1bO"},
		{"no end", "\x1b[1\x03", say(interrupt), ""},
		{"no text", "\xff\x00\xc3\xa9", nil, ""},
	} {
		got, rest := read([]byte(c.typed))
		assert.Equal(t, c.want, got, c.name)
		assert.Equal(t, c.rest, string(rest), c.name)
	}
}

// However the bytes arrive, they mean the same.
func TestKeysInPieces(t *testing.T) {
	const typed = "k\x1b[A\x1bOB\x1b[1;5Dr\x1bq3\x03"
	whole, _ := read([]byte(typed))
	assert.Len(t, whole, 7)
	for cut := range len(typed) {
		first, rest := read([]byte(typed[:cut]))
		second, rest := read(append(rest, typed[cut:]...))
		assert.Equal(t, whole, append(first, second...), "cut at %d", cut)
		assert.Empty(t, rest)
	}
}
