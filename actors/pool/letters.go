package pool

import (
	"github.com/asynkron/protoactor-go/actor"

	"brood/actors"
	"brood/actors/process"
)

// AnswerLetter answers what was sent to a pool, or to one of its members, after
// its end, so that no task is left without an answer: calls for a member go back to
// their pool, if that lives. It reports whether the message is one of a pool's. Safe
// for concurrent use.
func AnswerLetter(system *actor.ActorSystem, message any) bool {
	switch m := message.(type) {
	case *process.Call:
		returnLetter(system, m)
	case *Rerun:
		m.Call.Answer(system, actors.Result{Err: actors.ErrStopping})
	case *Batch:
		for _, call := range m.calls {
			call.Answer(system, actors.Result{Err: actors.ErrStopping})
		}
		m.free()
	case *CancelAll:
		for _, call := range m.calls {
			AnswerLetter(system, m.one(call))
		}
	case *process.Cancel:
		if !m.Pooled {
			m.Call.AnswerAt(system, m.Epoch, actors.Result{Err: &actors.CancelledError{Stage: actors.StageRun, Err: m.Err}})
		}
	case *process.Returned:
		for _, call := range m.NotRun {
			call.Answer(system, actors.Result{Err: actors.ErrStopping})
		}
		for _, call := range m.MayHaveRun {
			call.Answer(system, actors.Result{Err: exited(call, m.Exit)})
		}
	case *process.GivenBack:
		for _, call := range m.Calls {
			call.Answer(system, actors.Result{Err: actors.ErrStopping})
		}
	case *actors.Result:
		j, ok := m.Tag.(*join)
		if !ok {
			return false
		}
		for _, call := range j.riders {
			own := *m
			call.Answer(system, own)
		}
	case *Drain:
		m.Done <- struct{}{}
	case *Inspect:
		m.Reply <- Stats{}
	case *Change:
		m.Reply <- actors.ErrStopping
	case *ListPoison:
		m.Reply <- PoisonList{}
	case *Forget:
		m.Reply <- false
	default:
		return false
	}
	return true
}

// returnLetter gives calls back to the pool that has handed them to a member. If that
// has ended as well, the message comes here again. Calls for a pool have no owner yet.
func returnLetter(system *actor.ActorSystem, first *process.Call) {
	owner, member := first.Pool.Owner, first.Pool.Member
	if owner == nil {
		for call := range first.Chain() {
			call.Answer(system, actors.Result{Err: actors.ErrStopping})
		}
		return
	}
	// Of no incarnation: the pool may have heard of the end of the one that it was
	// for, and even of another's beginning.
	back := &process.Returned{Member: member}
	for call := range first.Chain() {
		back.NotRun = append(back.NotRun, call)
	}
	system.Root.Send(owner, back)
}
