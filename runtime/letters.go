package runtime

import (
	"fmt"
	goruntime "runtime"
	"strings"

	"github.com/asynkron/protoactor-go/actor"

	"brood/actors"
	"brood/actors/pool"
	"brood/actors/process"
	"brood/actors/supervisor"
)

// answerLetters answers what is sent to one of the runtime's actors after its
// end: a task is never left without an answer. That goes on after Shutdown,
// for as long as somebody has a handle.
func (rt *Runtime) answerLetters() {
	system, below := rt.system, rt.root.GetId()+"/"
	letters := system.EventStream.Subscribe(func(event any) {
		letter, ok := event.(*actor.DeadLetterEvent)
		if ok && strings.HasPrefix(letter.PID.GetId(), below) {
			answerLetter(system, letter)
		}
	})
	goruntime.AddCleanup(rt, system.EventStream.Unsubscribe, letters)
}

func answerLetter(system *actor.ActorSystem, letter *actor.DeadLetterEvent) {
	switch m := letter.Message.(type) {
	case *process.Call:
		m.Answer(system, actors.Result{Err: actors.ErrStopping}) // its pool has ended
	case *process.Cancel:
		m.Call.Answer(system, actors.Result{Err: m.Err})
	case *process.GivenBack:
		for _, call := range m.Calls {
			call.Answer(system, actors.Result{Err: actors.ErrStopping})
		}
	case *process.Returned:
		for _, call := range m.NotRun {
			call.Answer(system, actors.Result{Err: actors.ErrStopping})
		}
		for _, call := range m.MayHaveRun {
			err := &actors.WorkerExitedError{MayHaveRun: true, Attempts: call.Attempts, Exit: m.Exit}
			call.Answer(system, actors.Result{Err: err})
		}
	case *process.Do:
		m.Done <- actors.ErrNotRunning
	case *supervisor.Call:
		if m.Reply != nil {
			m.Reply <- &supervisor.Answer{Request: m.Request, Err: fmt.Errorf("no supervisor there: %w", supervisor.ErrNotFound)}
		}
	case *process.Inspect:
		m.Reply <- process.Status{}
	case *pool.Drain:
		m.Done <- struct{}{}
	case *pool.Inspect:
		m.Reply <- pool.Stats{}
	case *actors.Stop:
		if letter.Sender != nil {
			system.Root.Send(letter.Sender, &actors.Stopped{Who: letter.PID})
		}
	case *actors.Task:
		if letter.Sender != nil {
			system.Root.Send(letter.Sender, &actors.Result{Err: actors.ErrNotRunning, Tag: m.Tag})
		}
	}
}
