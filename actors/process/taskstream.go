package process

import (
	"fmt"
	"io"
	"iter"
	"sync"

	"brood/actors"
	"brood/actors/protocol"
)

// MaxPieceBytes is the most that a piece of a stream may have.
const MaxPieceBytes = protocol.StreamWindowBytes

// writeBytes is how Write cuts what it is given.
const writeBytes = 64 << 10

// TaskStream is the submitter's side of a streamed task: its input goes to the
// child in pieces, and its result comes in pieces. Both directions are held up by
// a slow receiver, each on its own; what waits on the way is bounded by 256 KiB
// and one piece in each direction.
//
// A stream must be received to its end or closed: until then it may hold up a
// worker. Safe for concurrent use.
type TaskStream struct {
	call     *Call
	progress chan []byte
	over     chan struct{}   // closed when the call is answered
	onOver   func()          // behind mu; nil: nobody wants to know
	cancel   func(err error) // ends the call early

	mu     sync.Mutex
	room   sync.Cond // something may be sent, or nothing any more
	news   sync.Cond // something came, or nothing will any more
	closed bool      // nobody receives any more
	done   bool      // the call is answered
	result actors.Result

	out   outgoing
	in    incoming
	holds holder
}

// outgoing are the pieces of the input.
type outgoing struct {
	pieces  [][]byte // not yet taken by the process actor
	credit  int      // what the child may be sent
	ended   bool     // the input is complete
	endSent bool     // and the child knows
}

// incoming are the pieces of the result.
type incoming struct {
	pieces   [][]byte
	allowed  int // what the child may send
	consumed int // without new credit for it
}

var (
	_ io.Writer = (*TaskStream)(nil)
	_ Collector = (*TaskStream)(nil)
)

// NewStream makes a stream of a call that was not handed over yet. cancel is
// called when the submitter gives it up; it must end the call early.
func NewStream(call *Call, cancel func(err error)) *TaskStream {
	s := &TaskStream{
		call:     call,
		progress: make(chan []byte, 1), // the last one; who puts it there takes out the one before
		over:     make(chan struct{}),
		cancel:   cancel,
	}
	s.room.L, s.news.L = &s.mu, &s.mu
	call.Stream, call.Into = s, s
	return s
}

// OnOver has f called when the call is answered, or now if it is. f must not
// block.
func (s *TaskStream) OnOver(f func()) {
	s.mu.Lock()
	done := s.done
	s.onOver = f
	s.mu.Unlock()
	if done {
		f()
	}
}

// Send sends one piece of the input. It waits for a worker to begin the task, and
// for room. piece is copied; the worker gets it as it is, not cut. Pieces of more
// than 256 KiB are refused with actors.ErrTooLarge. When the task has its answer,
// Send returns that one's error, or actors.ErrStreamOver if it has none.
func (s *TaskStream) Send(piece []byte) error {
	if len(piece) > MaxPieceBytes {
		return fmt.Errorf("%w: piece of %d bytes", actors.ErrTooLarge, len(piece))
	}
	s.mu.Lock()
	for s.out.credit <= 0 && !s.done && !s.closed && !s.out.ended {
		s.room.Wait()
	}
	if s.done || s.closed || s.out.ended {
		defer s.mu.Unlock()
		return s.notSent()
	}
	s.out.credit -= protocol.Cost(len(piece))
	s.out.pieces = append(s.out.pieces, append([]byte(nil), piece...))
	s.holds.touched = true
	s.unlockAndPost()
	return nil
}

// notSent is why nothing can be sent any more.
func (s *TaskStream) notSent() error {
	if s.done && s.result.Err != nil {
		return s.result.Err
	}
	return actors.ErrStreamOver
}

// Write sends p in pieces of at most 64 KiB.
func (s *TaskStream) Write(p []byte) (n int, err error) {
	for n < len(p) {
		piece := p[n:min(n+writeBytes, len(p))]
		if err := s.Send(piece); err != nil {
			return n, err
		}
		n += len(piece)
	}
	return n, nil
}

// CloseSend says that the input is complete. It does not wait.
func (s *TaskStream) CloseSend() {
	s.mu.Lock()
	s.out.ended = true
	s.room.Broadcast()
	s.unlockAndPost()
}

// Recv returns the next piece of the result, as the worker sent it. It waits for
// it. Behind the last one it returns io.EOF if the task was done, and otherwise
// its error; after Close, actors.ErrStreamOver. The piece is the caller's.
func (s *TaskStream) Recv() ([]byte, error) {
	s.mu.Lock()
	for len(s.in.pieces) == 0 && !s.done && !s.closed {
		s.news.Wait()
	}
	if s.closed || len(s.in.pieces) == 0 {
		defer s.mu.Unlock()
		switch {
		case s.closed:
			return nil, actors.ErrStreamOver
		case s.result.Err != nil:
			return nil, s.result.Err
		}
		return nil, io.EOF
	}
	piece := s.in.pieces[0]
	s.in.pieces[0] = nil
	s.in.pieces = s.in.pieces[1:]
	s.in.consumed += protocol.Cost(len(piece))
	if s.in.consumed < protocol.StreamWindowBytes/2 {
		s.mu.Unlock()
		return piece, nil
	}
	s.unlockAndPost()
	return piece, nil
}

// Pieces receives in a loop until the end of the stream. The last error, if there
// is one, comes without a piece. Leaving the loop closes the stream.
func (s *TaskStream) Pieces() iter.Seq2[[]byte, error] {
	return func(yield func([]byte, error) bool) {
		defer s.Close()
		for {
			piece, err := s.Recv()
			if err == io.EOF || !yield(piece, err) || err != nil {
				return
			}
		}
	}
}

// Progress gives what the worker's handler reported last, in its own words. Who
// does not receive in time misses what came before. It is closed when the task
// has its answer.
func (s *TaskStream) Progress() <-chan []byte { return s.progress }

// Result waits for the task's answer, whose Payload is what the worker's handler
// returned at its end. A result whose pieces nobody receives does not come to an
// end by itself.
func (s *TaskStream) Result() (actors.Result, error) {
	<-s.over
	return s.result, s.result.Err
}

// Close gives the stream up: if the task has no answer yet it is cancelled, as by
// the end of its context. Close waits for the answer.
func (s *TaskStream) Close() {
	s.mu.Lock()
	first := !s.closed
	s.closed = true
	s.in.pieces = nil
	s.room.Broadcast()
	s.news.Broadcast()
	done := s.done
	s.mu.Unlock()
	if first && !done {
		s.cancel(actors.ErrStreamOver)
	}
	<-s.over
}
