package pool

import (
	"github.com/asynkron/protoactor-go/actor"

	"brood/actors"
	"brood/actors/process"
)

// AnswerLetter answers what was sent to a pool, or to one of its members, after
// its end, so that no task is left without an answer. It reports whether the
// message is one of a pool's. Safe for concurrent use.
func AnswerLetter(system *actor.ActorSystem, message any) bool {
	switch m := message.(type) {
	case *process.Call:
		for call := range m.Chain() {
			call.Answer(system, actors.Result{Err: actors.ErrStopping})
		}
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
