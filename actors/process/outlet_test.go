package process

import (
	"errors"
	"math/rand/v2"
	"os"
	"testing"

	"github.com/stretchr/testify/assert"
)

// pipe is what an outlet writes to: it takes so many bytes without blocking.
type pipe struct {
	room int
	err  error
	got  []byte
}

func (p *pipe) try(b []byte) (int, error) {
	if p.err != nil {
		return 0, p.err
	}
	n := min(p.room, len(b))
	p.room -= n
	p.got = append(p.got, b[:n]...)
	return n, nil
}

func TestOutletWritesWhatFitsAndLeavesTheRest(t *testing.T) {
	p := &pipe{room: 3}
	o := outlet{try: p.try}
	o.add([]byte("abc"))
	assert.Empty(t, o.flush(), "nothing is left")
	assert.Zero(t, o.waiting())

	p.room = 2
	o.add([]byte("defgh"))
	assert.Equal(t, "fgh", string(o.flush()), "for a flusher")
	assert.Equal(t, 3, o.waiting())
	assert.Equal(t, "abcde", string(p.got))

	p.room = 10
	o.add([]byte("ij"))
	assert.Empty(t, o.flush(), "the flusher goes first")
	assert.Equal(t, 5, o.waiting())
	o.landed(3, nil)
	assert.Empty(t, o.flush())
	assert.Zero(t, o.waiting())
	assert.Equal(t, "abcdeij", string(p.got), "and the flusher's fgh")
	assert.Equal(t, uint64(10), o.written)
}

func TestOutletThatCanOnlyBlockLeavesAllToItsFlusher(t *testing.T) {
	var o outlet
	assert.Empty(t, o.flush(), "there is nothing to write")
	o.add([]byte("abc"))
	assert.Equal(t, "abc", string(o.flush()))
	assert.Equal(t, 3, o.flying)
	o.landed(3, nil)
	assert.Zero(t, o.waiting())
}

func TestOutletThatFailsGivesUpWhatWaits(t *testing.T) {
	broken := errors.New("broken pipe")
	t.Run("at once", func(t *testing.T) {
		p := &pipe{err: broken}
		o := outlet{try: p.try}
		o.add([]byte("abc"))
		assert.Empty(t, o.flush())
		assert.Equal(t, broken, o.err)
		assert.Zero(t, o.written)
	})
	t.Run("with the flusher", func(t *testing.T) {
		o := outlet{}
		o.add([]byte("abcdef"))
		o.flush()
		o.add([]byte("more"))
		o.landed(2, broken)
		assert.Equal(t, broken, o.err)
		assert.Equal(t, uint64(2), o.written, "what was taken counts")
		assert.Empty(t, o.flush(), "nothing is written any more")
	})
}

// However much the kernel takes each time, the bytes come out in order, and
// the two buffers never mix.
func TestOutletKeepsTheOrder(t *testing.T) {
	for seed := range uint64(50) {
		random := rand.New(rand.NewPCG(seed, 0))
		p := &pipe{}
		o := outlet{try: p.try}
		var sent, flying []byte
		next := byte(0)
		for range 500 {
			switch random.IntN(3) {
			case 0:
				for range random.IntN(20) {
					sent = append(sent, next)
					o.add([]byte{next})
					next++
				}
			case 1:
				p.room = random.IntN(15)
				if rest := o.flush(); rest != nil {
					flying = rest
				}
			case 2: // the flusher's write ends late: its bytes must be as they were
				if flying != nil {
					p.got = append(p.got, flying...)
					o.landed(len(flying), nil)
					flying = nil
				}
			}
		}
		assert.Equal(t, sent[:len(p.got)], p.got, "seed %d", seed)
		assert.Equal(t, len(sent)-len(p.got), o.waiting(), "seed %d", seed)
	}
}

// Parts and whole buffers share memory: what is with the flusher stays as it is
// while more is added.
func TestOutletKeepsTheOrderInParts(t *testing.T) {
	for seed := range uint64(50) {
		random := rand.New(rand.NewPCG(seed, 0))
		var o outlet
		var sent, got, flying []byte
		next := byte(0)
		for range 500 {
			switch random.IntN(3) {
			case 0:
				for range random.IntN(20) {
					sent = append(sent, next)
					o.add([]byte{next})
					next++
				}
			case 1:
				if n := random.IntN(40); n > 0 {
					if part := o.flushFirst(n); part != nil {
						assert.LessOrEqual(t, len(part), n)
						flying = part
					}
				}
			case 2:
				n, err := len(flying), error(nil)
				if random.IntN(4) == 0 {
					n, err = random.IntN(n+1), os.ErrDeadlineExceeded
				}
				got = append(got, flying[:n]...)
				if flying != nil {
					o.landed(n, err)
					flying = nil
				}
			}
		}
		assert.Equal(t, sent[:len(got)], got, "seed %d", seed)
		assert.Equal(t, len(sent)-len(got), o.waiting(), "seed %d", seed)
	}
}
