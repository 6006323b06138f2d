package pool

import (
	"slices"

	"brood/actors"
	"brood/actors/process"
)

// verdict is what to do with a call that came back.
type verdict struct {
	call *process.Call
	err  error // answer it with this; nil: it is queued again
	rest int   // but only after the pause for so many deaths, if that is not 0
}

// returned takes back calls that a member can not answer any more. exit has no
// Reason if the member only refused: its Down is then on the way.
func (s *scheduler) returned(m *process.Returned) []verdict {
	if m.Incarnation == s.members[m.Member].incarnation {
		s.members[m.Member].ready = false
		s.letGo(&s.members[m.Member], min(len(m.MayHaveRun)+len(m.NotRun), s.members[m.Member].held))
		s.keys.back(m.Member, m.MayHaveRun)
		s.keys.back(m.Member, m.NotRun)
	}
	var verdicts []verdict
	// From the back, so that they come to stand before the queue in order.
	for i := len(m.NotRun) - 1; i >= 0; i-- {
		verdicts = append(verdicts, s.judge(m.NotRun[i], false, m.Exit))
	}
	for i := len(m.MayHaveRun) - 1; i >= 0; i-- {
		verdicts = append(verdicts, s.judge(m.MayHaveRun[i], true, m.Exit))
	}
	return verdicts
}

// givenBack takes back calls that a member was asked for and has not begun. It
// takes others.
func (s *scheduler) givenBack(m *process.GivenBack) []verdict {
	if member := &s.members[m.Member]; m.Incarnation == member.incarnation {
		n := min(len(m.Calls), member.held)
		member.taken -= n
		s.letGo(member, n)
		s.keys.back(m.Member, m.Calls)
		member.asked = false // it may hold more that it has not begun
	}
	s.streak = 0 // or who was too slow could get them again
	var verdicts []verdict
	for _, call := range slices.Backward(m.Calls) { // as in returned
		verdicts = append(verdicts, s.judge(call, false, actors.Exit{}))
	}
	return verdicts
}

func (s *scheduler) judge(call *process.Call, mayHaveRun bool, exit actors.Exit) verdict {
	e := entryOf(call)
	switch {
	case e != nil && e.cancelled != nil:
		return verdict{call: call, err: staged(e, mayHaveRun)}
	case mayHaveRun && (s.ended || !call.Task.Repeatable):
		return verdict{call: call, err: exited(call, exit)}
	case s.ended:
		return verdict{call: call, err: notRun(call, s.closed)}
	case mayHaveRun:
		return s.again(call, exit)
	}
	s.pushFront(call)
	return verdict{call: call}
}

// staged is what a call was cancelled with, when it came back before that
// reached the member: only now is it known whether it may have run.
func staged(e *entry, mayHaveRun bool) error {
	if mayHaveRun || e.lost != nil {
		return e.cancelled
	}
	switch err := e.cancelled.(type) {
	case *actors.CancelledError:
		return &actors.CancelledError{Stage: actors.StageHanded, Err: err.Err}
	case *actors.TaskTimeoutError:
		return &actors.TaskTimeoutError{Stage: actors.StageHanded, Limit: err.Limit}
	}
	return e.cancelled
}

// notRun is the answer to a call that waited when everything ended: why, which
// says that it did not run, is true only if no child died with it before.
func notRun(call *process.Call, why error) error {
	if e := entryOf(call); e != nil && e.lost != nil {
		return exited(call, *e.lost)
	}
	return why
}

// exited is the answer to a call that may have run in a child that died.
func exited(call *process.Call, exit actors.Exit) error {
	return &actors.WorkerExitedError{MayHaveRun: true, Attempts: call.Attempts, Exit: exit}
}
