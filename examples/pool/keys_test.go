package main

import (
	"os"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
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

// A keyboard that nobody listens to any more ends all the same.
func TestKeyboard(t *testing.T) {
	terminal, typist, err := os.Pipe()
	require.NoError(t, err)
	k := newKeyboard(terminal, nil)
	for _, piece := range []string{"\x1b", "[A", "kkk"} {
		_, err = typist.WriteString(piece)
		require.NoError(t, err)
	}
	assert.Equal(t, command{verb: previous}, <-k.commands)
	assert.Equal(t, command{verb: kill}, <-k.commands)
	assert.NoError(t, k.close())
	<-k.ended
	assert.NoError(t, typist.Close())
}

func TestKeyboardOfATerminalThatGoes(t *testing.T) {
	terminal, typist, err := os.Pipe()
	require.NoError(t, err)
	k := newKeyboard(terminal, nil)
	assert.NoError(t, typist.Close())
	_, more := <-k.commands
	assert.False(t, more)
	assert.NoError(t, k.close())
}
