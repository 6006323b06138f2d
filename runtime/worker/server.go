package worker

import (
	"context"
	"errors"
	"fmt"
	"io"
	"sync"
	"time"

	"brood/actors/protocol"
	"brood/ptyio/codec"
	"brood/telemetry"
)

const (
	readBytes = 16 << 10
	// flushBytes is when answers are written although more tasks wait.
	flushBytes = 32 << 10
	// holdBack is how long an answer may wait for others to be written with:
	// long enough for a burst of quick tasks, short beside a slow one.
	holdBack = time.Millisecond
	// orphanGrace is how long a handler may go on when the pool is gone.
	orphanGrace = 5 * time.Second
)

// server answers the tasks of one wire. Two goroutines use it: the reader,
// which is Serve's own, takes frames and answers pings at once; the handler's
// goroutine, which Serve starts and awaits, answers tasks.
type server struct {
	handle   Handler
	name     string
	recorder *telemetry.Recorder
	self     uint32 // incarnation
	decoder  protocol.Decoder

	write struct {
		sync.Mutex
		w       io.Writer
		encoder protocol.Encoder
		buf     []byte
		err     error
		late    *time.Timer // writes what was held back
		held    bool        // late is set
	}

	mu      sync.Mutex
	more    sync.Cond
	queue   []*job
	jobs    map[uint64]*job // in the queue or with the handler
	closing bool
}

func newServer(handle Handler, w io.Writer, incarnation uint32) *server {
	s := &server{
		handle:   handle,
		name:     Name(),
		recorder: telemetry.New(nil),
		self:     incarnation,
		jobs:     map[uint64]*job{},
	}
	s.more.L = &s.mu
	s.write.w = w
	s.write.late = time.AfterFunc(time.Hour, func() { _ = s.flush() }) // an error is kept
	s.write.late.Stop()
	s.write.encoder, s.decoder = protocol.Wire{}.Open()
	return s
}

func (s *server) hello() error {
	return s.send(&protocol.Message{Kind: protocol.Hello, Payload: protocol.HelloPayload("go")}, true)
}

// send encodes a message and, if flush is set or much waits, writes all that
// waits.
func (s *server) send(m *protocol.Message, flush bool) error {
	s.write.Lock()
	defer s.write.Unlock()
	m.Incarnation = s.self
	buf, err := s.write.encoder.Encode(s.write.buf, m)
	if err != nil {
		return err
	}
	s.write.buf = buf
	if flush || len(buf) >= flushBytes {
		return s.flushLocked()
	}
	if !s.write.held {
		s.write.held = true
		s.write.late.Reset(holdBack)
	}
	return s.write.err
}

func (s *server) flush() error {
	s.write.Lock()
	defer s.write.Unlock()
	return s.flushLocked()
}

func (s *server) flushLocked() error {
	if s.write.held {
		s.write.held = false
		s.write.late.Stop()
	}
	if s.write.err == nil && len(s.write.buf) > 0 {
		_, s.write.err = s.write.w.Write(s.write.buf)
		s.write.buf = s.write.buf[:0]
	}
	return s.write.err
}

// serve reads until shutdown or the end of the wire, then waits for the
// handler to finish; if the pool is gone, for orphanGrace at most.
func (s *server) serve(in io.Reader) error {
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	answered := make(chan error, 1)
	go func() { answered <- s.answer() }()
	err := s.read(ctx, in)
	s.close(err != nil)
	if err == nil {
		return <-answered
	}
	cancel() // nobody waits for the answers any more
	orphaned := time.NewTimer(orphanGrace)
	defer orphaned.Stop()
	select {
	case <-answered:
	case <-orphaned.C:
	}
	return err
}

// read takes frames until a shutdown (nil) or an error.
func (s *server) read(ctx context.Context, in io.Reader) error {
	var m protocol.Message
	for {
		n, err := in.Read(s.decoder.Space(readBytes))
		s.decoder.Advance(n)
		for {
			ok, bad := s.decoder.Next(&m)
			if bad != nil {
				return bad
			}
			if !ok {
				break
			}
			if m.Kind == protocol.Shutdown {
				return nil
			}
			if bad := s.take(ctx, &m); bad != nil {
				return bad
			}
		}
		switch {
		case errors.Is(err, io.EOF):
			return ErrPoolGone
		case err != nil:
			return fmt.Errorf("worker: read: %w", err)
		}
	}
}

func (s *server) take(ctx context.Context, m *protocol.Message) error {
	switch m.Kind {
	case protocol.Task:
		s.enqueue(ctx, m)
		return nil
	case protocol.Cancel:
		return s.cancel(m.ID)
	case protocol.Ping:
		return s.send(&protocol.Message{Kind: protocol.Pong, ID: m.ID}, true)
	}
	return fmt.Errorf("worker: unexpected %s", m.Kind)
}

func (s *server) enqueue(ctx context.Context, m *protocol.Message) {
	j := &job{message: *m}
	j.message.Payload = append([]byte(nil), m.Payload...)
	j.ctx, j.cancel = context.WithCancel(ctx)
	s.mu.Lock()
	s.queue = append(s.queue, j)
	s.jobs[m.ID] = j
	s.mu.Unlock()
	s.more.Signal()
}

// cancel ends a task: one that waits is answered at once, one that runs has
// its context ended. One that was answered meanwhile is left alone.
func (s *server) cancel(id uint64) error {
	s.mu.Lock()
	j := s.jobs[id]
	waiting := false
	for i, queued := range s.queue {
		if queued == j && j != nil {
			waiting = true
			s.queue = append(s.queue[:i:i], s.queue[i+1:]...)
			delete(s.jobs, id)
			break
		}
	}
	s.mu.Unlock()
	if j == nil {
		return nil
	}
	j.cancel()
	if !waiting {
		return nil
	}
	return s.send(&protocol.Message{Kind: protocol.Error, ID: id, Payload: []byte(context.Canceled.Error())}, true)
}

// close says that no more tasks will come; drop, that those which wait are not
// wanted any more.
func (s *server) close(drop bool) {
	s.mu.Lock()
	s.closing = true
	if drop {
		s.queue = nil
	}
	s.mu.Unlock()
	s.more.Signal()
}

// answer lets the handler work on one job after the other. Answers are written
// when no job waits, so that a burst costs few writes.
func (s *server) answer() error {
	for {
		j, last := s.next()
		if j == nil {
			return s.flush()
		}
		answer := s.run(j)
		j.cancel()
		err := s.send(answer, last)
		if errors.Is(err, codec.ErrTooLarge) {
			err = s.send(tooLarge(answer, err), last)
		}
		s.forget(j)
		if err != nil {
			return fmt.Errorf("worker: write: %w", err)
		}
	}
}

func tooLarge(answer *protocol.Message, err error) *protocol.Message {
	answer.Kind, answer.Payload = protocol.Error, []byte("answer not sent: "+err.Error())
	return answer
}

// next waits for a job; nil means that there will be none. last says that no
// other waits behind it.
func (s *server) next() (j *job, last bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for len(s.queue) == 0 && !s.closing {
		s.more.Wait()
	}
	if len(s.queue) == 0 {
		return nil, true
	}
	j = s.queue[0]
	s.queue = s.queue[1:]
	return j, len(s.queue) == 0
}

func (s *server) forget(j *job) {
	s.mu.Lock()
	delete(s.jobs, j.message.ID)
	s.mu.Unlock()
}
