package worker

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"

	"brood/actors/protocol"
)

// readLocked reads once, without holding the lock while it waits.
func (s *server) readLocked(ctx context.Context) {
	s.reading = true
	s.mu.Unlock()
	err := s.read(ctx)
	s.mu.Lock()
	s.reading = false
	if err != nil {
		s.closing = err
		s.queue = nil // nobody waits for the answers any more
		s.endAll()
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
func (s *server) read(ctx context.Context) error {
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
	return nil
}

func (s *server) take(ctx context.Context, m *protocol.Message) error {
	switch m.Kind {
	case protocol.Task:
		s.enqueue(ctx, m)
		return nil
	case protocol.Cancel:
		return s.cancel(m.ID)
	case protocol.Revoke:
		return s.revoke(m.ID)
	case protocol.Shutdown:
		s.mu.Lock()
		s.closing = errShutdown
		s.mu.Unlock()
		return nil
	case protocol.Ping:
		return s.out.send(&protocol.Message{Kind: protocol.Pong, ID: m.ID}, true)
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
}

// cancel ends a task: one that waits is given back, one that runs has its context
// ended. One that was answered meanwhile is left alone.
func (s *server) cancel(id uint64) error {
	j, waited := s.withdraw(id)
	if j == nil {
		return nil
	}
	j.cancel()
	if !waited {
		return nil
	}
	return s.giveBack(id)
}

// revoke gives a task back that waits. One that runs or was answered meanwhile is
// left alone.
func (s *server) revoke(id uint64) error {
	j, waited := s.withdraw(id)
	if !waited {
		return nil
	}
	j.cancel()
	return s.giveBack(id)
}

func (s *server) giveBack(id uint64) error {
	return s.out.send(&protocol.Message{Kind: protocol.Revoked, ID: id}, true)
}

// withdraw returns the job with this id, if there is one, and whether it was
// taken out of the queue.
func (s *server) withdraw(id uint64) (j *job, waited bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	j = s.jobs[id]
	if j == nil {
		return nil, false
	}
	i := slices.Index(s.queue, j)
	if i < 0 {
		return j, false
	}
	s.queue = slices.Delete(s.queue, i, i+1)
	delete(s.jobs, id)
	return j, true
}
