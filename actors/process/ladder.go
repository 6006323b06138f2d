package process

import "brood/actors"

// overdue ends a child that was sent a cancel and has not answered in time: INT,
// TERM, KILL, with time to end between them. A signal that cannot be sent is
// skipped. From the first on the child is being replaced: it gets no more tasks,
// and an answer that still comes counts but does not keep it, since nobody knows
// what the signal has broken off.
func (s state) overdue(cause error, l limits) (state, []effect) {
	if s.phase != running {
		return s, nil
	}
	s.phase, s.reason, s.cause = ending, actors.ReasonUnresponsive, cause
	s.plan = []planned{
		{effect{kind: efInterrupt}, l.cancelStep},
		{effect{kind: efTerminate}, l.cancelStep},
	}
	s, effects := s.advance()
	return s, append(do(efDisarm), effects...)
}
