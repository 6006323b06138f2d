package supervisor

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"brood/actors"
)

// words tells an effect as the transcripts do.
func words(e effect) string {
	late := ""
	if e.late {
		late = " (late)"
	}
	switch e.kind {
	case fxLaunch:
		return "launch " + e.child.ID
	case fxAsk:
		return "ask " + e.child.ID + graceWords(e.grace)
	case fxEnd:
		return "end-actor " + e.child.ID + late
	case fxAbandon:
		return "abandon " + e.child.ID + late
	case fxArm:
		return fmt.Sprintf("arm %s %s", e.child.ID, e.after)
	case fxQuiet:
		return "quiet " + e.child.ID
	case fxArmGroup:
		return fmt.Sprintf("arm group %s", e.after)
	case fxQuietGroup:
		return "quiet group"
	case fxEmit:
		return eventWords(e.event)
	case fxAnswer:
		return answerWords(e.answer)
	case fxReady:
		return "all started"
	}
	return "over"
}

// graceWords: nothing is the child's own grace.
func graceWords(grace time.Duration) string {
	switch {
	case grace == Forever:
		return " (grace infinity)"
	case grace < 0:
		return " (at once)"
	case grace > 0:
		return fmt.Sprintf(" (grace %s)", grace)
	}
	return ""
}

func eventWords(event Event) string {
	switch e := event.(type) {
	case ChildStarted:
		return "event started " + e.ID
	case ChildEnded:
		forgotten := ""
		if e.Forgotten {
			forgotten = ", forgotten"
		}
		return fmt.Sprintf("event ended %s: %s%s", e.ID, e.Exit, forgotten)
	case Restarting:
		open := ""
		if e.Open {
			open = ", open"
		}
		return fmt.Sprintf("event restarting %s: attempt %d, in %s%s: %s", e.ID, e.Attempt, e.Delay, open, e.Exit)
	}
	return fmt.Sprintf("event %T", event)
}

func answerWords(answer *Answer) string {
	what := ""
	switch r := answer.Request.(type) {
	case AddChild:
		what = "add " + r.ID
	case StopChild:
		what = "stop " + r.ID
	case StartChild:
		what = "start " + r.ID
	case RemoveChild:
		what = "remove " + r.ID
	case ResetChild:
		what = "reset " + r.ID
	case ListChildren:
		return "answer list: " + listWords(answer.Children)
	}
	switch {
	case answer.Err != nil:
		return fmt.Sprintf("answer %s: %v", what, answer.Err)
	case answer.PID != nil:
		return fmt.Sprintf("answer %s: %s", what, answer.PID.Id)
	}
	return fmt.Sprintf("answer %s: ok", what)
}

func listWords(children []Info) string {
	all := make([]string, 0, len(children))
	for _, c := range children {
		text := fmt.Sprintf("%s %s", c.ID, c.State)
		if c.Exit.Reason != 0 && c.Exit.Reason != actors.ReasonStopped {
			text += " after " + c.Exit.String()
		}
		all = append(all, text)
	}
	specs, active := Count(children)
	return fmt.Sprintf("%s; %d, %d active", strings.Join(all, ", "), specs, active)
}

// verdict is an Answer in the model's words.
func verdict(answer *Answer) string {
	var failed *StartFailedError
	switch err := answer.Err; {
	case err == nil:
		return "ok"
	case errors.As(err, &failed):
		return "start failed"
	case errors.Is(err, ErrAlreadyStarted):
		return "already started"
	case errors.Is(err, ErrAlreadyPresent):
		return "already present"
	case errors.Is(err, ErrRunning):
		return "running"
	case errors.Is(err, ErrNotFound):
		return "not found"
	case errors.Is(err, ErrDynamic):
		return "dynamic"
	case errors.Is(err, actors.ErrStopping):
		return "stopping"
	}
	return answer.Err.Error()
}
