package worker

import (
	"context"
	"errors"
	"math"
)

// bell is where the pool says that there is something to read for a worker that may
// be busy: a byte for each such frame. To read it blocks a thread. The runtime's poller
// is not for it: while a handler computes nobody may ask that for long.
type bell interface {
	Read(p []byte) (int, error)
	// hush ends the Read that waits, and those to come.
	hush()
	Close() error
}

// forever is how often a bell was rung that nobody will ring again. The listener then
// reads whatever comes.
const forever = math.MaxInt

// listen waits for the bell, and reads what it was rung for unless the handler's
// goroutine does, until the server is over.
func (s *server) listen(ctx context.Context) {
	var rings [64]byte
	for {
		n, err := 0, errNoBell
		if s.bell != nil {
			n, err = s.bell.Read(rings[:])
		}
		if err != nil {
			n = forever
		}
		if !s.answerBell(ctx, n) {
			return
		}
	}
}

var errNoBell = errors.New("worker: no bell")

// answerBell reads until the frames are read for which the bell was rung. It reports
// whether there is something to listen for.
func (s *server) answerBell(ctx context.Context, rings int) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if rings == forever {
		s.rung = forever
	} else {
		s.rung += rings
	}
	for s.heard < s.rung && s.readable() {
		if s.reading {
			s.more.Wait()
		} else {
			s.readLocked(ctx)
		}
	}
	return s.readable()
}

// readable reports whether there can be more to read. Also after a shutdown there
// is: tasks that run can still be cancelled, and the pool can go.
func (s *server) readable() bool {
	return !s.over && (s.closing == nil || errors.Is(s.closing, errShutdown))
}

// stopListening ends the listener, who may be about to read.
func (s *server) stopListening() {
	if s.bell != nil {
		s.bell.hush()
	}
	_ = s.in.Close()
	s.listening.Wait()
	if s.bell != nil {
		_ = s.bell.Close()
	}
}
