package worker

import (
	"context"
	"errors"
	"fmt"
	"io"
	"sync"

	"brood/actors"
	"brood/actors/protocol"
)

// StreamHandler answers one task whose input and result may come in pieces. What
// it returns ends the stream: the payload becomes the task's Result. Context and
// error are as in Handler.
type StreamHandler func(ctx context.Context, s *Stream) ([]byte, error)

// ServeStreams is Serve for a handler that can take streamed tasks. Of a task that
// is not streamed, the input is the payload alone and what the handler sends
// becomes the beginning of the answer.
func ServeStreams(handle StreamHandler) error {
	return serveWith(nil, handle)
}

// Stream is the worker's side of a task. A slow submitter holds up Send, a slow
// handler the submitter; what waits for either is bounded by 256 KiB and one
// piece. Safe for concurrent use. When the handler has returned, nothing is sent any
// more: the error is the context's.
type Stream struct {
	server  *server
	job     *job
	reader  context.Context // for whoever reads in the handler's place
	rest    []byte          // of what Read has taken
	collect []byte          // what was sent, if the task is not streamed

	saying sync.Mutex // held while something of the task is written
	over   bool       // behind saying: the answer comes next

	// Behind the server's lock.
	pieces   [][]byte
	ended    bool
	credit   int // what may be sent
	consumed int // of the input, without new credit
}

var _ io.ReadWriter = (*Stream)(nil)

// Payload is the task's own: the beginning of the input.
func (s *Stream) Payload() []byte { return s.job.message.Payload }

// Recv returns the next piece of the input, as it was sent; io.EOF behind the
// last; the context's error when the task was cancelled. The piece is the
// caller's.
func (s *Stream) Recv() ([]byte, error) {
	if !s.job.message.Streamed {
		return nil, io.EOF
	}
	err := s.wait(func() bool { return len(s.pieces) > 0 || s.ended })
	if err != nil {
		return nil, err
	}
	if len(s.pieces) == 0 {
		s.server.mu.Unlock()
		return nil, io.EOF
	}
	piece := s.pieces[0]
	s.pieces[0] = nil
	s.pieces = s.pieces[1:]
	s.consumed += protocol.Cost(len(piece))
	more := 0
	if s.consumed >= protocol.StreamWindowBytes/2 && !s.ended {
		more, s.consumed = s.consumed, 0
	}
	s.server.mu.Unlock()
	return piece, s.allow(more)
}

// allow gives the submitter credit.
func (s *Stream) allow(bytes int) error {
	if bytes == 0 {
		return nil
	}
	return s.say(protocol.Credit, protocol.CreditPayload(bytes))
}

// say writes a message about the task, if its handler has not returned: behind the
// answer, the pool knows of no such task.
func (s *Stream) say(kind protocol.Kind, payload []byte) error {
	s.saying.Lock()
	defer s.saying.Unlock()
	if s.over {
		return s.job.ctx.Err()
	}
	return s.server.out.send(&protocol.Message{Kind: kind, ID: s.job.message.ID, Payload: payload}, true)
}

// end says that the answer comes next. The task's context has ended.
func (s *Stream) end() {
	s.saying.Lock()
	s.over = true
	s.saying.Unlock()
}

// Send sends one piece of the result. It waits for room; the context's error says
// that the task was cancelled. Pieces of more than 256 KiB are refused with
// actors.ErrTooLarge.
func (s *Stream) Send(piece []byte) error {
	if len(piece) > protocol.StreamWindowBytes {
		return fmt.Errorf("%w: piece of %d bytes", actors.ErrTooLarge, len(piece))
	}
	if !s.job.message.Streamed {
		s.server.mu.Lock()
		defer s.server.mu.Unlock()
		s.collect = append(s.collect, piece...)
		return nil
	}
	if err := s.wait(func() bool { return s.credit > 0 }); err != nil {
		return err
	}
	s.credit -= protocol.Cost(len(piece))
	s.server.mu.Unlock()
	return s.say(protocol.Piece, piece)
}

// Progress reports how far the task is, in words that the submitter understands.
// It does not wait for the submitter, who may see only the last report.
func (s *Stream) Progress(report []byte) error {
	if !s.job.message.Streamed {
		return nil
	}
	return s.say(protocol.Progress, report)
}

// Read reads the input, without the task's payload, as bytes.
func (s *Stream) Read(p []byte) (int, error) {
	for len(s.rest) == 0 {
		piece, err := s.Recv()
		if err != nil {
			return 0, err
		}
		s.rest = piece
	}
	n := copy(p, s.rest)
	s.rest = s.rest[n:]
	return n, nil
}

// writeBytes is how Write cuts what it is given.
const writeBytes = 64 << 10

// Write sends p in pieces of at most 64 KiB.
func (s *Stream) Write(p []byte) (n int, err error) {
	for n < len(p) {
		piece := p[n:min(n+writeBytes, len(p))]
		if err := s.Send(piece); err != nil {
			return n, err
		}
		n += len(piece)
	}
	return n, nil
}

// wait returns with the server's lock held as soon as it is so, or without it if
// the task is cancelled before. Meanwhile it reads the wire, unless somebody else
// does.
func (s *Stream) wait(isSo func() bool) error {
	v := s.server
	v.mu.Lock()
	for !isSo() {
		if err := s.job.ctx.Err(); err != nil {
			v.mu.Unlock()
			return err
		}
		if v.reading {
			v.more.Wait()
			continue
		}
		v.readLocked(s.reader)
	}
	return nil
}

var errNoStreams = errors.New("this worker takes no streamed tasks")

// work lets the handler that there is work on a job.
func (s *server) work(j *job) ([]byte, error) {
	switch {
	case s.handleStream == nil && j.message.Streamed:
		return nil, errNoStreams
	case s.handleStream == nil:
		return s.handle(j.ctx, j.message.Payload)
	case !j.message.Streamed:
		stream := &Stream{server: s, job: j}
		j.kept = true
		payload, err := s.handleStream(j.ctx, stream)
		return append(stream.collect, payload...), err
	}
	if err := j.stream.allow(protocol.StreamWindowBytes); err != nil {
		return nil, err
	}
	return s.handleStream(j.ctx, j.stream)
}

// streamed takes what the pool says of a streamed task. What comes for one that
// was answered meanwhile is ignored.
func (s *server) streamed(m *protocol.Message) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	j := s.find(m.ID)
	if j == nil || j.stream == nil {
		return nil
	}
	switch m.Kind {
	case protocol.Piece:
		j.stream.pieces = append(j.stream.pieces, append([]byte(nil), m.Payload...))
	case protocol.End:
		j.stream.ended = true
	case protocol.Credit:
		n, err := protocol.ParseCredit(m.Payload)
		j.stream.credit += n
		return err
	}
	return nil
}

// find returns the job with this id, if it runs or waits.
func (s *server) find(id uint64) *job {
	if s.current != nil && s.current.message.ID == id {
		return s.current
	}
	return s.queue.find(id)
}
