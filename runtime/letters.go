package runtime

import (
	"fmt"
	goruntime "runtime"
	"strings"

	"github.com/asynkron/protoactor-go/actor"

	"brood/actors"
	"brood/actors/pool"
	"brood/actors/process"
	"brood/actors/router"
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
	if pool.AnswerLetter(system, letter.Message) {
		return
	}
	switch m := letter.Message.(type) {
	case *process.Do:
		m.Done <- actors.ErrNotRunning
	case *supervisor.Call:
		if m.Reply != nil {
			m.Reply <- &supervisor.Answer{Request: m.Request, Err: fmt.Errorf("no supervisor there: %w", supervisor.ErrNotFound)}
		}
	case *process.Inspect:
		m.Reply <- process.Status{}
	case *router.Drain:
		m.Done <- struct{}{}
	case *router.Inspect:
		m.Reply <- router.Stats{}
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
