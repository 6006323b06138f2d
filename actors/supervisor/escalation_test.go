package supervisor_test

import (
	"strings"
	"testing"
	"time"

	"github.com/asynkron/protoactor-go/actor"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"brood/actors"
	"brood/actors/supervisor"
)

// within returns a supervisor of spec as a child called "nested".
func (s *scene) within(spec supervisor.Spec) supervisor.Child {
	spec.Name = "nested"
	props, err := supervisor.Props(spec)
	require.NoError(s.t, err)
	return supervisor.Child{ID: "nested", Props: props, Grace: supervisor.Forever}
}

// at makes calls go to a supervisor below sup for a while.
func (s *scene) at(name string, do func()) {
	above := s.sup
	s.sup = s.child(name)
	do()
	s.sup = above
}

func TestGivingUpGoesUpStepByStep(t *testing.T) {
	bubble(t, func(s *scene) {
		nested := s.within(supervisor.Spec{Period: time.Hour, Children: s.children("inner")})
		var why error
		s.start(supervisor.Spec{
			Intensity: 1, Period: time.Hour, Children: append(s.children("a"), nested),
			OnEvent: func(event supervisor.Event) {
				s.note(event)
				if e, ok := event.(supervisor.GaveUp); ok {
					why = e.Err
				}
			},
		})
		s.send("nested/inner", crash)
		s.pass(time.Second)
		assert.Equal(t, []string{"a running 0", "nested running 1"}, s.states(), "the first time it is started again")
		assert.Equal(t, 2, s.journal.count("inner start 1"))
		s.journal.take()
		s.send("nested/inner", crash)
		assert.EqualError(t, why, `supervisor: "test" gave up: child nested: `+
			`gave up: supervisor: "nested" gave up: child inner: exit code 3 (limit: 0 restarts in 1h0m0s) (limit: 1 restarts in 1h0m0s)`)
		require.ErrorIs(t, why, actors.ErrGaveUp)
		assert.Equal(t, 1, s.journal.count("a stop 0s"), "the others are stopped")
	})
}

func TestAddedChildrenAreLostWithTheirSupervisor(t *testing.T) {
	bubble(t, func(s *scene) {
		s.start(supervisor.Spec{Children: []supervisor.Child{s.within(supervisor.Spec{Period: time.Hour, Children: s.children("inner")})}})
		s.at("nested", func() {
			require.NoError(t, s.call(supervisor.AddChild{ID: "extra", Child: s.children("extra")[0]}).Err)
			assert.Equal(t, []string{"inner running 0", "extra running 0"}, s.states())
		})
		s.send("nested/inner", crash)
		s.pass(time.Second)
		s.at("nested", func() { assert.Equal(t, []string{"inner running 0"}, s.states()) })
		assert.Equal(t, 1, s.journal.count("extra stop 0s"))
		require.NoError(t, s.stop())
	})
}

// failing is a behaviour that fails at every start but the first so many.
func failing(after int) func(*fake, actor.Context) bool {
	return func(f *fake, ctx actor.Context) bool {
		if _, ok := ctx.Message().(*actors.Start); !ok {
			return false
		}
		if after--; after >= 0 {
			return false
		}
		ctx.Send(ctx.Parent(), &actors.Down{Who: ctx.Self(), Exit: actors.Exit{Reason: actors.ReasonStartFailed, Code: -1}})
		return true
	}
}

func TestSupervisorWhoseChildFailsToStartHasFailedToStart(t *testing.T) {
	bubble(t, func(s *scene) {
		nested := s.within(supervisor.Spec{Children: append(s.children("first"), supervisor.Child{ID: "bad", Props: s.fake("bad", failing(0))})})
		s.start(supervisor.Spec{Children: append(s.children("a"), nested)})
		lines := s.journal.take()
		assert.Equal(t, `event over: supervisor: "test": child nested failed to start: `+
			`start failed: supervisor: "nested": child bad failed to start: start failed`, last(lines, "event over"))
		assert.Contains(t, lines, "first stop 0s")
		assert.Contains(t, lines, "a stop 0s")
	})
}

func TestSupervisorThatFailsToStartAgainIsTriedAgain(t *testing.T) {
	bubble(t, func(s *scene) {
		nested := s.within(supervisor.Spec{Period: time.Hour, Children: []supervisor.Child{{ID: "bad", Props: s.fake("bad", failing(1))}}})
		s.start(supervisor.Spec{Intensity: 3, Period: time.Hour, Children: append(s.children("a"), nested)})
		s.journal.take()
		s.send("nested/bad", crash)
		s.pass(time.Second)
		lines := s.journal.take()
		assert.Equal(t, []string{"event nested restarting 1", "event nested restarting 2", "event nested restarting 3"}, beginnings(lines, "event nested restarting "))
		assert.Contains(t, last(lines, "event over"), "gave up: child nested: start failed: ")
	})
}

// beginnings returns the lines that begin with prefix, up to their colon.
func beginnings(lines []string, prefix string) (found []string) {
	for _, line := range lines {
		if rest, ok := strings.CutPrefix(line, prefix); ok {
			rest, _, _ = strings.Cut(rest, ":")
			found = append(found, prefix+rest)
		}
	}
	return found
}

// Case 59. The end of the task ends its supervisor, and so the whole.
func TestAutoShutdownGoesUp(t *testing.T) {
	bubble(t, func(s *scene) {
		task := supervisor.Child{ID: "task", Props: s.fake("task", nil), Restart: supervisor.Transient, Significant: true}
		nested := s.within(supervisor.Spec{AutoShutdown: supervisor.AnySignificant, Children: append(s.children("helper"), task)})
		nested.Restart, nested.Significant = supervisor.Transient, true
		listener := s.listener("listener")
		s.start(supervisor.Spec{
			AutoShutdown: supervisor.AllSignificant, Children: append(s.children("a"), nested), Subscribers: []*actor.PID{listener},
		})
		s.send("nested/task", crash)
		s.pass(time.Second)
		assert.Equal(t, []string{"a running 0", "nested running 0"}, s.states(), "a failure is no end")
		s.send("nested/task", success)
		lines := s.journal.take()
		assert.Equal(t, "event nested ended: shut itself down", last(lines, "event nested"))
		assert.Equal(t, "event over: <nil>", last(lines, "event over"))
		assert.Equal(t, "listener hears: down 1: shut itself down", last(lines, "listener hears"))
		assert.Contains(t, lines, "helper stop 0s")
		assert.Contains(t, lines, "a stop 0s")
	})
}
