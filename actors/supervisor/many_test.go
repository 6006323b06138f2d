package supervisor_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/asynkron/protoactor-go/actor"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"brood/actors"
	"brood/actors/supervisor"
)

// patience is a child that takes its time to stop: as long as its ID says.
func patience(took time.Duration) *actor.Props {
	return actor.PropsFromFunc(func(ctx actor.Context) {
		switch ctx.Message().(type) {
		case *actors.Start:
			ctx.Send(ctx.Parent(), &actors.Ready{Who: ctx.Self(), Incarnation: 1})
		case *actors.Stop:
			time.Sleep(took)
			ctx.Respond(&actors.Stopped{Who: ctx.Self()})
		}
	})
}

// Case 42. A thousand children stop together within the longest of their graces.
func TestAThousandParallelChildrenStopInTheTimeOfTheSlowest(t *testing.T) {
	bubble(t, func(s *scene) {
		spec := supervisor.Spec{Parallel: 1000, OnEvent: func(supervisor.Event) {}}
		for i := range 1000 {
			spec.Children = append(spec.Children, supervisor.Child{
				ID: fmt.Sprint("c", i), Grace: 5 * time.Second,
				Props: patience(time.Duration(i+1) * 5 * time.Millisecond),
			})
		}
		s.start(spec)
		specs, active := supervisor.Count(s.call(supervisor.ListChildren{}).Children)
		assert.Equal(t, [2]int{1000, 1000}, [2]int{specs, active})
		answer := s.ask(0)
		s.pass(5*time.Second - 1)
		assert.Empty(t, answer, "the slowest needs its whole grace")
		s.pass(1)
		require.NoError(t, s.answered(answer))
	})
}

// Point 14. Ten times as many children must not cost much more than ten times as
// much: OTP's own test allows 50 times.
func TestManyDynamicChildren(t *testing.T) {
	best := func(n int) time.Duration {
		least := time.Hour
		for range 3 {
			least = min(least, comeAndGo(t, n))
		}
		return least
	}
	few, many := best(1000), best(10_000)
	t.Logf("1000: %s, 10000: %s, factor %.1f", few, many, float64(many)/float64(few))
	assert.Less(t, many, 50*few)
}

// comeAndGo adds n temporary children and lets half of them end, one by one, and
// the rest stop. It returns how long that took.
func comeAndGo(t *testing.T, n int) time.Duration {
	over := make(chan error, 1)
	props, err := supervisor.Props(supervisor.Spec{
		Strategy: supervisor.Dynamic,
		Template: func(string, any) (supervisor.Child, error) {
			return supervisor.Child{Props: actor.PropsFromFunc(briefly), Restart: supervisor.Temporary}, nil
		},
		OnEvent: func(event supervisor.Event) {
			if e, ok := event.(supervisor.Ended); ok {
				over <- e.Err
			}
		},
	})
	require.NoError(t, err)
	root := quietSystem().Root
	sup := root.Spawn(props)
	answers := make(chan *supervisor.Answer, n)
	list := func() int {
		root.Send(sup, &supervisor.Call{Request: supervisor.ListChildren{}, Reply: answers})
		return len((<-answers).Children)
	}
	began := time.Now()
	for i := range n {
		root.Send(sup, &supervisor.Call{Request: supervisor.AddChild{ID: fmt.Sprint(i)}, Reply: answers})
	}
	pids := make([]*actor.PID, 0, n)
	for range n {
		answer := <-answers
		require.NoError(t, answer.Err)
		pids = append(pids, answer.PID)
	}
	require.Equal(t, n, list())
	for _, pid := range pids[:n/2] {
		root.Send(pid, crash)
	}
	require.Eventually(t, func() bool { return list() == n-n/2 }, time.Minute, time.Millisecond)
	root.Send(sup, &actors.Stop{})
	require.NoError(t, <-over)
	return time.Since(began)
}

// briefly is a child that lives until it is told to end.
func briefly(ctx actor.Context) {
	switch msg := ctx.Message().(type) {
	case *actors.Start:
		ctx.Send(ctx.Parent(), &actors.Ready{Who: ctx.Self(), Incarnation: 1})
	case exit:
		ctx.Send(ctx.Parent(), &actors.Down{Who: ctx.Self(), Incarnation: 1, Exit: actors.Exit(msg)})
	case *actors.Stop:
		ctx.Respond(&actors.Stopped{Who: ctx.Self()})
	}
}
