package worker

import (
	"context"
	"errors"
	"fmt"
	"io"

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
		s.queue = jobQueue{} // nobody waits for the answers any more
		s.endCurrent()
	}
	s.more.Broadcast() // the handler's goroutines, too, may wait for a part of a stream
}

// endCurrent cancels the job that runs, and ends the process if that does not
// help: a worker must not outlive its pool.
func (s *server) endCurrent() {
	if s.current != nil {
		s.current.ctx.end()
		s.orphaned.Reset(orphanGrace)
	}
}

// read takes the frames of one read.
func (s *server) read(ctx context.Context) error {
	space := s.decoder.Space(s.want)
	n, err := s.in.Read(space)
	s.decoder.Advance(n)
	if n == len(space) && s.want < readMostBytes {
		s.want *= 2
	}
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
	case protocol.Cancel, protocol.Revoke, protocol.Ping:
		s.mu.Lock()
		s.heard++
		s.mu.Unlock()
	}
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
	case protocol.Piece, protocol.End, protocol.Credit:
		return s.streamed(m)
	case protocol.Ping:
		return s.out.send(&protocol.Message{Kind: protocol.Pong, ID: m.ID}, true)
	}
	return fmt.Errorf("worker: unexpected %s", m.Kind)
}

func (s *server) enqueue(ctx context.Context, m *protocol.Message) {
	s.mu.Lock()
	defer s.mu.Unlock()
	j := s.spare()
	s.made.fill(j, ctx, m)
	if m.Streamed && s.handleStream != nil {
		j.stream = &Stream{server: s, job: j, reader: ctx}
	}
	s.queue.push(j)
}

// spare returns a job that nobody uses.
func (s *server) spare() *job {
	n := len(s.free)
	if n == 0 {
		return new(job)
	}
	j := s.free[n-1]
	s.free[n-1] = nil
	s.free = s.free[:n-1]
	return j
}

// cancel ends a task: one that waits is given back, one that runs has its context
// ended. One that was answered meanwhile is left alone.
func (s *server) cancel(id uint64) error {
	ctx, waited := s.withdraw(id)
	if ctx == nil {
		return nil
	}
	ctx.end()
	if !waited {
		return nil
	}
	return s.giveBack(id)
}

// revoke gives a task back that waits. One that runs or was answered meanwhile is
// left alone.
func (s *server) revoke(id uint64) error {
	ctx, waited := s.withdraw(id)
	if !waited {
		return nil
	}
	ctx.end()
	return s.giveBack(id)
}

func (s *server) giveBack(id uint64) error {
	return s.out.send(&protocol.Message{Kind: protocol.Revoked, ID: id}, true)
}

// withdraw returns the context of the job with this id, if there is one, and
// whether the job was taken out of the queue.
func (s *server) withdraw(id uint64) (ctx *taskContext, waited bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.current != nil && s.current.message.ID == id {
		return s.current.ctx, false
	}
	if j := s.queue.remove(id); j != nil {
		return j.ctx, true
	}
	return nil, false
}
