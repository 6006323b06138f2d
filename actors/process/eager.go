package process

import (
	"runtime"
	"time"
)

// An answer to a lone task comes in a few microseconds, and a core that has gone
// to sleep meanwhile takes 50 to wake up. So who reads the wire of a child that
// holds one or two tasks looks a few times before it waits: it keeps a core awake
// for as long as one wake-up costs, at most, and lets all other goroutines go
// first. It learns how long a child takes: of one that takes longer, it looks for
// one answer in eagerMisses only.
const (
	eagerTime   = 20 * time.Microsecond
	eagerLoad   = 2 // tasks; with more, somebody has enough to do
	eagerMisses = 64
)

// eager decides whether to look. It belongs to the reader.
type eager struct {
	off    bool // looking can not be worth it
	missed int  // looks in a row without an answer
	passed int  // waits since the last look
}

// worth reports whether to look for an answer, with so many tasks at the child.
func (e *eager) worth(load int32) bool {
	if e.off || load < 1 || load > eagerLoad {
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

// look tries to read for a moment, without waiting. It returns 0 if nothing came.
func (e *eager) look(try func() (int, error)) (int, error) {
	began := time.Now()
	for {
		n, err := try()
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
