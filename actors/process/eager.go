package process

import (
	"runtime"
	"time"

	"brood/ptyio/nonblock"
)

// An answer to a lone task comes soon, as does the next task; but a core that has
// gone to sleep meanwhile takes 50 us to wake up, which is then most of the time. So
// who reads the wire of a child, in a pool with one or two tasks under way, looks a
// few times before it waits: it keeps a core awake for twice as long as one
// wake-up takes, at most, and lets all other goroutines go first. It learns how long
// things take: where nothing comes in that time, it looks once in eagerMisses only.
const (
	eagerTime   = 100 * time.Microsecond
	eagerLoad   = 2 // tasks; with more, somebody has enough to do
	eagerMisses = 64
)

// newEager returns one that does not look where it is not worth it: with one
// processor, the child can not answer meanwhile.
func newEager() eager {
	return eager{off: !nonblock.Supported || runtime.GOMAXPROCS(0) < 2 || runtime.NumCPU() < 2}
}

// eager decides whether to look. It belongs to the reader.
type eager struct {
	off    bool // looking can not be worth it
	missed int  // looks in a row without an answer
	passed int  // waits since the last look
}

// worth reports whether to look, with so many tasks under way. None is few, too:
// what was read last has just been answered.
func (e *eager) worth(load int32) bool {
	if e.off || load > eagerLoad {
		return false
	}
	if e.missed < 4 {
		return true
	}
	if e.passed++; e.passed < eagerMisses {
		return false
	}
	e.passed = 0
	return true
}

func (e *eager) saw(answer bool) {
	if answer {
		e.missed = 0
	} else {
		e.missed++
	}
}

// look tries to read into space for a moment, without waiting. It returns 0 if
// nothing came.
func (e *eager) look(from interface{ TryRead([]byte) (int, error) }, space []byte) (int, error) {
	began := time.Now()
	for {
		n, err := from.TryRead(space)
		if n > 0 || err != nil {
			e.saw(true)
			return n, err
		}
		if time.Since(began) > eagerTime {
			e.saw(false)
			return 0, nil
		}
		runtime.Gosched()
	}
}
