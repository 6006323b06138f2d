package tests

import (
	"testing"

	"github.com/asynkron/protoactor-go/actor"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"brood/actors"
	"brood/runtime"
)

// eventLog is an actor that notes what it is told of a child's life.
type eventLog struct {
	rt     *runtime.Runtime
	actor  *runtime.Actor
	events []any // the actor's; the test's when it has ended
}

func newEventLog(t *testing.T, rt *runtime.Runtime) *eventLog {
	t.Helper()
	l := &eventLog{rt: rt}
	var err error
	l.actor, err = rt.Spawn("log", actor.PropsFromFunc(func(ctx actor.Context) {
		switch m := ctx.Message().(type) {
		case *actors.Started, *actors.Ready, *actors.Down:
			l.events = append(l.events, m)
		}
	}))
	require.NoError(t, err)
	return l
}

func (l *eventLog) subscribers() []*actor.PID { return []*actor.PID{l.actor.PID()} }

// inOrder ends the log and asserts that each incarnation started at most once,
// and then ended exactly once, before the next.
func (l *eventLog) inOrder(t *testing.T) {
	t.Helper()
	require.NoError(t, l.actor.Stop(within(t, limit)))
	var last uint32
	started, ended := false, true
	for _, event := range l.events {
		switch m := event.(type) {
		case *actors.Started:
			assert.True(t, ended, "incarnation %d started before the one before had ended", m.Incarnation)
			assert.Equal(t, last+1, m.Incarnation)
			started, ended, last = true, false, m.Incarnation
		case *actors.Ready:
			assert.True(t, started && !ended && m.Incarnation == last, "ready out of turn")
		case *actors.Down:
			if m.Exit.Reason == actors.ReasonStartFailed {
				assert.True(t, ended)
				last = m.Incarnation
				continue
			}
			assert.True(t, started && !ended && m.Incarnation == last, "down out of turn")
			ended = true
		}
	}
	assert.True(t, ended, "the last incarnation has no end")
}
