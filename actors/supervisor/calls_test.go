package supervisor_test

import (
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/asynkron/protoactor-go/actor"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"brood/actors"
	"brood/actors/supervisor"
)

// request sends a Call and returns where its answer will be.
func (s *scene) request(request any) <-chan *supervisor.Answer {
	answer := make(chan *supervisor.Answer, 1)
	s.system.Root.Send(s.sup, &supervisor.Call{Request: request, Reply: answer})
	synctest.Wait()
	return answer
}

// call sends a Call whose answer must come without time passing.
func (s *scene) call(request any) *supervisor.Answer {
	s.t.Helper()
	select {
	case answer := <-s.request(request):
		require.Equal(s.t, request, answer.Request)
		return answer
	default:
		require.Fail(s.t, "a call is not answered", "%T %v", request, request)
		return nil
	}
}

// states tells in words what the children do.
func (s *scene) states() (words []string) {
	s.t.Helper()
	for _, c := range s.call(supervisor.ListChildren{}).Children {
		words = append(words, fmt.Sprintf("%s %s %d", c.ID, c.State, c.Restarts))
	}
	return words
}

func TestDynamicChildrenComeAndGo(t *testing.T) {
	bubble(t, func(s *scene) {
		s.start(supervisor.Spec{
			Strategy: supervisor.Dynamic,
			Template: func(id string, argument any) (supervisor.Child, error) {
				if argument == nil {
					return supervisor.Child{}, fmt.Errorf("nothing known of %s", id)
				}
				return supervisor.Child{Props: s.fake(id, nil), Restart: argument.(supervisor.Restart)}, nil
			},
		})
		added := s.call(supervisor.AddChild{ID: "a", Argument: supervisor.Permanent})
		require.NoError(t, added.Err)
		assert.True(t, added.PID.Equal(s.child("a")))
		require.NoError(t, s.call(supervisor.AddChild{ID: "b", Argument: supervisor.Temporary}).Err)
		assert.ErrorIs(t, s.call(supervisor.AddChild{ID: "b", Argument: supervisor.Temporary}).Err, supervisor.ErrAlreadyStarted)
		assert.EqualError(t, s.call(supervisor.AddChild{ID: "c"}).Err, "nothing known of c")
		assert.ErrorContains(t, s.call(supervisor.AddChild{ID: "c/d", Argument: supervisor.Permanent}).Err, "does not match")
		assert.Equal(t, []string{"a running 0", "b running 0"}, s.states())
		s.send("a", crash)
		s.send("b", crash)
		s.pass(time.Second)
		assert.Equal(t, []string{"a running 1"}, s.states(), "b was temporary")
		assert.ErrorIs(t, s.call(supervisor.StartChild{ID: "a"}).Err, supervisor.ErrDynamic)
		require.NoError(t, s.call(supervisor.StopChild{ID: "a"}).Err)
		assert.ErrorIs(t, s.call(supervisor.StopChild{ID: "a"}).Err, supervisor.ErrNotFound)
		assert.Empty(t, s.states())
		require.NoError(t, s.call(supervisor.AddChild{ID: "a", Argument: supervisor.Permanent}).Err, "the name is free")
		require.NoError(t, s.stop())
	})
}

func TestStopChildIsAnsweredWhenNothingRuns(t *testing.T) {
	bubble(t, func(s *scene) {
		spec := supervisor.Spec{Children: append(s.children("a"), supervisor.Child{
			ID: "b", Props: s.fake("b", deaf), Grace: time.Minute,
		})}
		s.start(spec)
		answer := s.request(supervisor.StopChild{ID: "b"})
		s.pass(time.Minute)
		assert.Empty(t, answer, "b takes its time")
		assert.Equal(t, []string{"a running 0", "b stopping 0"}, s.states())
		// It is the supervisor's end that hastens it.
		require.NoError(t, s.answered(s.ask(-1)))
		require.NoError(t, (<-answer).Err)
	})
}

func TestEndedSupervisorRefuses(t *testing.T) {
	bubble(t, func(s *scene) {
		spec := supervisor.Spec{Children: []supervisor.Child{{ID: "a", Props: s.fake("a", deaf)}}}
		s.start(spec)
		waits := s.request(supervisor.AddChild{ID: "b", Child: supervisor.Child{
			Props: s.fake("b", func(_ *fake, ctx actor.Context) bool {
				_, ok := ctx.Message().(*actors.Start)
				return ok // it is never ready
			}),
		}})
		s.ask(0)
		assert.ErrorIs(t, (<-waits).Err, actors.ErrStopping)
		assert.ErrorIs(t, s.call(supervisor.AddChild{ID: "c"}).Err, actors.ErrStopping)
		assert.Equal(t, []string{"a stopping 0", "b stopped 0"}, s.states())
		require.NoError(t, s.answered(s.ask(-1)))
	})
}

func TestAddedChildIsMadeWhenItsNameIsKnownToBeFree(t *testing.T) {
	bubble(t, func(s *scene) {
		s.start(supervisor.Spec{Children: s.children("a")})
		made := 0
		add := func(id string, fault error) error {
			request := &supervisor.Call{Request: supervisor.AddChild{ID: id, Make: func() (supervisor.Child, error) {
				made++
				return supervisor.Child{Props: s.fake(id, nil)}, fault
			}}}
			answer, err := s.system.Root.RequestFuture(s.sup, request, time.Second).Result()
			require.NoError(t, err)
			return answer.(*supervisor.Answer).Err
		}
		assert.ErrorIs(t, add("a", nil), supervisor.ErrAlreadyStarted)
		assert.Zero(t, made)
		assert.ErrorIs(t, add("b", assert.AnError), assert.AnError)
		assert.Equal(t, []string{"a running 0"}, s.states())
		require.NoError(t, add("b", nil))
		assert.Equal(t, []string{"a running 0", "b running 0"}, s.states())
		assert.EqualError(t, s.call("nonsense").Err, "unknown request string")
		require.NoError(t, s.stop())
	})
}

// Case 45. On the real clock, without any pause between the attempts.
func TestCallsAreAnsweredDuringAFailingLoop(t *testing.T) {
	failing := actor.PropsFromFunc(func(ctx actor.Context) {
		switch ctx.Message().(type) {
		case *actors.Start:
			ctx.Send(ctx.Parent(), &actors.Down{Who: ctx.Self(), Exit: actors.Exit{Reason: actors.ReasonStartFailed}})
		case *actors.Stop:
			ctx.Respond(&actors.Stopped{Who: ctx.Self()})
		}
	})
	over := make(chan error, 1)
	props, err := supervisor.Props(supervisor.Spec{
		Intensity: 1_000_000, Period: time.Hour,
		Backoff:  supervisor.Backoff{Min: -1},
		Children: []supervisor.Child{{ID: "a", Props: failing, Patient: true}},
		OnEvent: func(event supervisor.Event) {
			if e, ok := event.(supervisor.Ended); ok {
				over <- e.Err
			}
		},
	})
	require.NoError(t, err)
	root := quietSystem().Root
	sup := root.Spawn(props)
	call := func(request any) *supervisor.Answer {
		answer, err := root.RequestFuture(sup, &supervisor.Call{Request: request}, time.Minute).Result()
		require.NoError(t, err)
		return answer.(*supervisor.Answer)
	}
	restarts, began := 0, time.Now()
	for range 1000 {
		children := call(supervisor.ListChildren{}).Children
		require.Len(t, children, 1)
		restarts = children[0].Restarts
	}
	t.Logf("1000 calls in %s, between %d attempts", time.Since(began), restarts)
	assert.Positive(t, restarts, "it does loop")
	require.NoError(t, call(supervisor.ResetChild{ID: "a"}).Err)
	require.NoError(t, call(supervisor.StopChild{ID: "a"}).Err)
	assert.Equal(t, supervisor.StateStopped, call(supervisor.ListChildren{}).Children[0].State)
	root.Send(sup, &actors.Stop{})
	require.NoError(t, <-over)
}
