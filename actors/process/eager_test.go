package process

import (
	"io"
	"testing"

	"github.com/stretchr/testify/assert"
)

// Looking is for children that hold one or two tasks and answer soon.
func TestWhenToLookForAnAnswer(t *testing.T) {
	var e eager
	for load, want := range map[int32]bool{0: true, 1: true, 2: true, 3: false, 64: false} {
		assert.Equal(t, want, e.worth(load), "%d tasks", load)
	}
	assert.False(t, (&eager{off: true}).worth(1))
}

// A child that takes long is looked at seldom, until it answers soon again.
func TestLooksThatMiss(t *testing.T) {
	var e eager
	looks := func(waits int, answer bool) (n int) {
		for range waits {
			if e.worth(1) {
				n++
				e.saw(answer)
			}
		}
		return n
	}
	assert.Equal(t, 4, looks(4, false), "it does not give up at once")
	assert.Equal(t, 10, looks(10*eagerMisses, false))
	assert.Equal(t, 1, looks(eagerMisses, true))
	assert.Equal(t, 100, looks(100, true))
}

type tries func([]byte) (int, error)

func (try tries) TryRead(p []byte) (int, error) { return try(p) }

func TestLook(t *testing.T) {
	var e eager
	tried := 0
	n, err := e.look(tries(func([]byte) (int, error) {
		if tried++; tried < 3 {
			return 0, nil
		}
		return 7, nil
	}), nil)
	assert.Equal(t, 7, n)
	assert.NoError(t, err)
	n, err = e.look(tries(func([]byte) (int, error) { return 0, nil }), nil)
	assert.Zero(t, n, "it ends without an answer")
	assert.NoError(t, err)
	_, err = e.look(tries(func([]byte) (int, error) { return 0, io.EOF }), nil)
	assert.Equal(t, io.EOF, err)
}
