package worker

import (
	"context"
	"errors"
	"fmt"
	"io"
	"sync"
	"sync/atomic"
	"time"

	"brood/actors/protocol"
	"brood/ptyio/codec"
	"brood/telemetry"
)

const (
	readBytes = 16 << 10
	// flushBytes is when answers are written although more tasks wait.
	flushBytes = 32 << 10
	// slow is when a task counts as slow: answers to tasks before it are
	// written, and somebody else reads the wire.
	slow = time.Millisecond
	// orphanGrace is how long a handler may go on when the pool is gone.
	orphanGrace = 5 * time.Second
)

// server answers the tasks of one wire. The goroutine of Serve both reads and
// handles, so that a quick task costs no switch of goroutines. Only when a task
// turns out to be slow does a second goroutine take over reading, for as long
// as the task runs: pings are answered and cancels followed meanwhile.
type server struct {
	handle   Handler
	name     string
	recorder *telemetry.Recorder
	self     uint32 // incarnation
	in       io.Reader
	decoder  protocol.Decoder // belongs to whoever reads

	write struct {
		sync.Mutex
		w       io.Writer
		encoder protocol.Encoder
		buf     []byte
		err     error
	}

	mu      sync.Mutex
	more    sync.Cond
	queue   []*job
	jobs    map[uint64]*job // in the queue or with the handler
	reading bool            // somebody reads
	idle    bool            // the handler's goroutine waits for jobs
	closing error           // why no more tasks will come

	started atomic.Uint64 // jobs that the handler began
	ended   atomic.Uint64 // jobs that it ended
	watched uint64        // the job that watch looked at last
	watch   *time.Timer
	waiting atomic.Bool // watch is set

	orphaned *time.Timer // ends the process of a handler that does not end
}

// errShutdown is the good reason for which no more tasks come.
var errShutdown = errors.New("worker: shutdown")

func newServer(handle Handler, in io.Reader, w io.Writer, incarnation uint32) *server {
	s := &server{
		handle:   handle,
		name:     Name(),
		recorder: telemetry.New(nil),
		self:     incarnation,
		in:       in,
		jobs:     map[uint64]*job{},
	}
	s.more.L = &s.mu
	s.write.w = w
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
	return s.write.err
}

func (s *server) flush() error {
	s.write.Lock()
	defer s.write.Unlock()
	return s.flushLocked()
}

func (s *server) flushLocked() error {
	if s.write.err == nil && len(s.write.buf) > 0 {
		_, s.write.err = s.write.w.Write(s.write.buf)
		s.write.buf = s.write.buf[:0]
	}
	return s.write.err
}

// serve handles tasks until there are no more.
func (s *server) serve() error {
	s.watch = newTimer(s.checkSlow)
	s.orphaned = newTimer(func() { Exit(ErrPoolGone) })
	defer s.watch.Stop()
	defer s.orphaned.Stop()
	for {
		j, last := s.next()
		if j == nil {
			break
		}
		if err := s.answer(j, last); err != nil {
			return s.result(err)
		}
	}
	return s.result(s.flush())
}

// result is what Serve returns: why the reading ended says more than what then
// went wrong with the writing.
func (s *server) result(written error) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case s.closing != nil && !errors.Is(s.closing, errShutdown):
		return s.closing
	case written != nil:
		return fmt.Errorf("worker: write: %w", written)
	}
	return nil
}

// newTimer returns a timer that is not set.
func newTimer(f func()) *time.Timer {
	t := time.AfterFunc(time.Hour, f)
	t.Stop()
	return t
}

// next returns the next job, and whether no other waits behind it. If none
// waits it reads, unless somebody else does. It returns nil when there will be
// none.
func (s *server) next() (j *job, last bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for len(s.queue) == 0 && s.closing == nil {
		if s.reading {
			s.idle = true
			s.more.Wait()
			s.idle = false
			continue
		}
		s.readLocked()
	}
	if len(s.queue) == 0 {
		return nil, true
	}
	j = s.queue[0]
	s.queue[0] = nil
	s.queue = s.queue[1:]
	return j, len(s.queue) == 0
}

// readLocked reads once, without holding the lock while it waits.
func (s *server) readLocked() {
	s.reading = true
	s.mu.Unlock()
	err := s.read()
	s.mu.Lock()
	s.reading = false
	if err != nil {
		s.closing = err
		if !errors.Is(err, errShutdown) {
			s.queue = nil // nobody waits for the answers any more
			s.endAll()
		}
	}
	s.more.Signal()
}

// endAll cancels every job, and the process if that does not help: a worker
// must not outlive its pool.
func (s *server) endAll() {
	for _, j := range s.jobs {
		j.cancel()
	}
	if len(s.jobs) > 0 {
		s.orphaned.Reset(orphanGrace)
	}
}

// read takes the frames of one read.
func (s *server) read() error {
	n, err := s.in.Read(s.decoder.Space(readBytes))
	s.decoder.Advance(n)
	var m protocol.Message
	for {
		ok, bad := s.decoder.Next(&m)
		if bad != nil {
			return bad
		}
		if !ok {
			break
		}
		if bad := s.take(&m); bad != nil {
			return bad
		}
	}
	switch {
	case errors.Is(err, io.EOF):
		return ErrPoolGone
	case err != nil:
		return fmt.Errorf("worker: read: %w", err)
	}
	return nil
}

// checkSlow runs when watch rings. If the job of last time is still with the
// handler, it is slow: what was held back is written, and the wire is read
// here until the handler is back.
func (s *server) checkSlow() {
	job := s.started.Load()
	if job != s.ended.Load() {
		if job != s.watched {
			s.watched = job
			s.watch.Reset(slow)
			return
		}
		_ = s.flush() // an error is kept
		s.mu.Lock()
		for !s.reading && !s.idle && s.closing == nil {
			s.readLocked()
		}
		s.mu.Unlock()
	}
	s.waiting.Store(false)
	if s.started.Load() != s.ended.Load() {
		s.watchJob() // it began before waiting was taken back
	}
}

// watchJob makes sure that watch rings.
func (s *server) watchJob() {
	if !s.waiting.Swap(true) {
		s.watch.Reset(slow)
	}
}

func (s *server) take(m *protocol.Message) error {
	switch m.Kind {
	case protocol.Task:
		s.enqueue(m)
		return nil
	case protocol.Cancel:
		return s.cancel(m.ID)
	case protocol.Shutdown:
		return errShutdown
	case protocol.Ping:
		return s.send(&protocol.Message{Kind: protocol.Pong, ID: m.ID}, true)
	}
	return fmt.Errorf("worker: unexpected %s", m.Kind)
}

func (s *server) enqueue(m *protocol.Message) {
	j := &job{message: *m}
	j.message.Payload = append([]byte(nil), m.Payload...)
	// No common parent: to enter it for each task would cost a lock and a map.
	// endAll cancels one by one.
	j.ctx, j.cancel = context.WithCancel(context.Background())
	s.mu.Lock()
	s.queue = append(s.queue, j)
	s.jobs[m.ID] = j
	s.mu.Unlock()
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

// answer lets the handler work on a job. Answers are written when no job
// waits, so that a burst costs few writes.
func (s *server) answer(j *job, last bool) error {
	s.started.Add(1)
	s.watchJob()
	answer := s.run(j)
	s.ended.Add(1)
	j.cancel()
	err := s.send(answer, last)
	if errors.Is(err, codec.ErrTooLarge) {
		err = s.send(tooLarge(answer, err), last)
	}
	s.forget(j)
	return err
}

func tooLarge(answer *protocol.Message, err error) *protocol.Message {
	answer.Kind, answer.Payload = protocol.Error, []byte("answer not sent: "+err.Error())
	return answer
}

func (s *server) forget(j *job) {
	s.mu.Lock()
	delete(s.jobs, j.message.ID)
	s.mu.Unlock()
}
