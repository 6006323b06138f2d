package process

import (
	"fmt"

	"github.com/asynkron/protoactor-go/actor"

	"brood/actors"
	"brood/actors/protocol"
)

// holder is the process actor that holds a stream's call, behind the stream's
// lock.
type holder struct {
	system  *actor.ActorSystem
	pid     *actor.PID // nil: nobody does
	run     *run
	id      uint64 // of the task on the wire
	posted  bool   // it will look at the stream
	touched bool   // a piece was sent or came: the task cannot begin anew
}

// unlockAndPost makes the process actor look at the stream. It unlocks first: the
// post may run the actor's turn.
func (s *TaskStream) unlockAndPost() {
	h := &s.holds
	post := h.pid != nil && !h.posted
	if !post {
		s.mu.Unlock()
		return
	}
	h.posted = true
	system, pid := h.system, h.pid
	s.mu.Unlock()
	system.Root.Send(pid, s)
}

// openStream joins a streamed call that the child was just sent to its
// submitter.
func (c *child) openStream(call *Call, id uint64) {
	s := call.Stream
	s.mu.Lock()
	s.holds.system, s.holds.pid, s.holds.run, s.holds.id = c.system, c.self, c.run, id
	s.in.consumed, s.in.allowed = protocol.StreamWindowBytes, 0 // the credit that it begins with
	s.out.credit, s.out.endSent = 0, false
	s.mu.Unlock()
	c.serveStream(s)
}

// detach parts the stream from an incarnation that has ended, and reports whether
// some of it had been there.
func (s *TaskStream) detach() (touched bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.holds.pid, s.holds.run, s.holds.posted = nil, nil, false
	s.out.credit, s.out.pieces = 0, nil
	return s.holds.touched
}

// serveStream sends the child what the submitter's side of a stream has for it.
// Of a call that is answered, or that another incarnation had, nothing is sent.
func (c *child) serveStream(s *TaskStream) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.holds.posted = false
	if c.run == nil || s.holds.run != c.run || s.done || c.run.wire.out.err != nil {
		return
	}
	id := s.holds.id
	for i, piece := range s.out.pieces {
		if err := c.send(protocol.Message{Kind: protocol.Piece, ID: id, Payload: piece}); err != nil {
			// The user's own limit for frames is below a piece.
			c.system.Root.Send(c.self, &Cancel{Call: s.call, Epoch: s.call.Epoch(), Err: tooLarge(err)})
			s.out.pieces = s.out.pieces[i:] // those before are sent
			return
		}
		s.out.pieces[i] = nil
	}
	s.out.pieces = s.out.pieces[:0]
	if s.out.ended && !s.out.endSent {
		s.out.endSent = true
		_ = c.send(protocol.Message{Kind: protocol.End, ID: id}) // always fits a frame
	}
	if n := s.in.consumed; n >= protocol.StreamWindowBytes/2 && !s.closed {
		s.in.consumed = 0
		s.in.allowed += n
		_ = c.send(protocol.Message{Kind: protocol.Credit, ID: id, Payload: protocol.CreditPayload(n)})
	}
}

// streamed takes what the child says of a streamed task.
func (c *child) streamed(m *protocol.Message) error {
	e := c.tasks.held.find(m.ID)
	switch {
	case e == nil:
		return fmt.Errorf("%w: %s for task %d, which the child does not hold", protocol.ErrProtocol, m.Kind, m.ID)
	case e.call == nil:
		return nil // its caller has left
	case e.call.Stream == nil:
		return fmt.Errorf("%w: %s for task %d, which is not streamed", protocol.ErrProtocol, m.Kind, m.ID)
	}
	call := e.call
	switch m.Kind {
	case protocol.Piece:
		return call.Stream.deliver(m.Payload)
	case protocol.Credit:
		return call.Stream.credited(m.Payload)
	}
	call.Stream.report(m.Payload)
	return nil
}

// deliver takes a piece of the result.
func (s *TaskStream) deliver(piece []byte) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.in.allowed <= 0 || len(piece) > MaxPieceBytes {
		return fmt.Errorf("%w: piece of %d bytes with credit for %d", protocol.ErrProtocol, len(piece), s.in.allowed)
	}
	s.in.allowed -= protocol.Cost(len(piece))
	s.holds.touched = true
	if !s.closed {
		s.in.pieces = append(s.in.pieces, piece)
		s.news.Signal()
	}
	return nil
}

// credited lets the submitter send more.
func (s *TaskStream) credited(payload []byte) error {
	n, err := protocol.ParseCredit(payload)
	if err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.out.credit += n; s.out.credit > protocol.MaxCreditBytes {
		return fmt.Errorf("%w: credit for %d bytes", protocol.ErrProtocol, s.out.credit)
	}
	s.room.Broadcast()
	return nil
}

// report takes the child's progress. What nobody has received is replaced.
func (s *TaskStream) report(payload []byte) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.done {
		return
	}
	select {
	case <-s.progress:
	default:
	}
	s.progress <- payload // there is room: nobody else puts anything in
}

// Collect takes the call's answer.
func (s *TaskStream) Collect(_ *actor.ActorSystem, _ int, result actors.Result) {
	s.mu.Lock()
	s.done, s.result = true, result
	s.holds.pid, s.holds.run = nil, nil
	s.out.pieces = nil
	close(s.progress)
	close(s.over)
	s.room.Broadcast()
	s.news.Broadcast()
	onOver := s.onOver
	s.mu.Unlock()
	if onOver != nil {
		onOver()
	}
}
