package supervisor_test

import (
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/asynkron/protoactor-go/actor"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"brood/actors"
	"brood/actors/supervisor"
)

func TestParallelChildrenThatAllFailToSpawnEndTheSupervisor(t *testing.T) {
	bubble(t, func(s *scene) {
		broken := actor.PropsFromProducer(func() actor.Actor { panic("no") })
		spec := supervisor.Spec{Parallel: 3}
		for _, id := range []string{"a", "b", "c"} {
			spec.Children = append(spec.Children, supervisor.Child{ID: id, Props: broken})
		}
		s.start(spec)
		lines := s.journal.take()
		assert.Contains(t, last(lines, "event over"), "child a failed to start")
		assert.Contains(t, last(lines, "event b"), "event b ended: start failed")
	})
}

// starts returns a fake's behaviour that notes when it is told to start.
func starts(begun time.Time) func(*fake, actor.Context) bool {
	return func(f *fake, ctx actor.Context) bool {
		if _, ok := ctx.Message().(*actors.Start); ok {
			f.journal.add("at %s", time.Since(begun))
		}
		return false
	}
}

func TestStartLimitIsKept(t *testing.T) {
	bubble(t, func(s *scene) {
		limit, err := supervisor.NewStartLimit(10, 3)
		require.NoError(t, err)
		spec := supervisor.Spec{Parallel: 100, Starts: limit, OnEvent: func(supervisor.Event) {}}
		for _, id := range []string{"a", "b", "c", "d", "e", "f"} {
			spec.Children = append(spec.Children, supervisor.Child{ID: id, Props: s.fake(id, starts(time.Now()))})
		}
		s.start(spec)
		s.pass(time.Second)
		lines := slices.DeleteFunc(s.journal.take(), func(line string) bool { return !strings.HasPrefix(line, "at ") })
		assert.ElementsMatch(t, []string{"at 0s", "at 0s", "at 0s", "at 100ms", "at 200ms", "at 300ms"}, lines)
		require.NoError(t, s.stop())
	})
}

func TestStartLimitIsSharedAndHoldsRestartsToo(t *testing.T) {
	bubble(t, func(s *scene) {
		limit, err := supervisor.NewStartLimit(1, 1)
		require.NoError(t, err)
		first := often
		first.Starts, first.Backoff.Min = limit, -1
		first.Children = []supervisor.Child{{ID: "a", Props: s.fake("a", starts(time.Now()))}}
		second, err := supervisor.Props(supervisor.Spec{Starts: limit, Children: []supervisor.Child{{ID: "b", Props: s.fake("b", starts(time.Now()))}}})
		require.NoError(t, err)
		s.start(first)
		other := s.system.Root.Spawn(second)
		s.send("a", crash)
		s.pass(10 * time.Second)
		assert.Equal(t, 1, s.journal.count("at 0s"))
		assert.Equal(t, 1, s.journal.count("at 1s"), "the other supervisor's")
		assert.Equal(t, 1, s.journal.count("at 2s"), "the restart")
		require.NoError(t, s.stop())
		s.system.Root.Send(other, &actors.Stop{})
	})
}

func TestStopOfWhoWaitsForTheStartLimit(t *testing.T) {
	bubble(t, func(s *scene) {
		limit, err := supervisor.NewStartLimit(0.001, 1)
		require.NoError(t, err)
		spec := supervisor.Spec{Parallel: 3, Starts: limit, Children: s.children("a", "b", "c")}
		s.start(spec)
		require.NoError(t, s.call(supervisor.StopChild{ID: "b"}).Err)
		assert.Equal(t, []string{"a running 0", "b stopped 0", "c starting 0"}, s.states())
		require.NoError(t, s.stop())
		s.pass(time.Hour)
		assert.Zero(t, s.journal.count("b start 1"))
		assert.Zero(t, s.journal.count("c start 1"))
	})
}

func TestStartLimitMustBePositive(t *testing.T) {
	for _, c := range []struct {
		perSecond float64
		burst     int
	}{{0, 1}, {-1, 1}, {math.NaN(), 1}, {1, 0}} {
		_, err := supervisor.NewStartLimit(c.perSecond, c.burst)
		assert.ErrorContains(t, err, "both must be positive")
	}
}

func TestRestInsteadOfGivingUp(t *testing.T) {
	bubble(t, func(s *scene) {
		s.start(supervisor.Spec{Period: time.Second, Rest: time.Minute, Children: s.children("a", "b")})
		s.send("a", crash)
		s.journal.take()
		assert.Equal(t, []string{"a open 0", "b running 0"}, s.states())
		info := s.call(supervisor.ListChildren{}).Children[0]
		assert.Equal(t, time.Minute, time.Until(info.NextTry))
		assert.Equal(t, actors.Exit(crash), info.Exit)
		s.pass(time.Minute - 1)
		assert.Empty(t, s.journal.take())
		s.pass(1)
		assert.Equal(t, []string{"a start 2", "event a started"}, s.journal.take())
		assert.Equal(t, []string{"a running 1", "b running 0"}, s.states())

		s.send("a", crash)
		require.NoError(t, s.call(supervisor.ResetChild{ID: "a"}).Err)
		assert.Equal(t, []string{"a running 2", "b running 0"}, s.states(), "at once")
		s.pass(time.Hour)
		assert.Equal(t, []string{"a running 2", "b running 0"}, s.states(), "and only once")
		require.NoError(t, s.stop())
	})
}

func TestReadyIsWorthNothingBeforeMinUptime(t *testing.T) {
	bubble(t, func(s *scene) {
		spec := often
		spec.Children = s.children("a", "b")
		spec.Children[0].MinUptime, spec.Children[0].Patient = time.Second, true
		s.start(spec)
		s.pass(time.Second - 1)
		assert.Equal(t, []string{"a starting 0", "b waiting 0"}, s.states())
		s.send("a", success)
		assert.Equal(t, []string{"a restarting 0", "b waiting 0"}, s.states())
		s.pass(2 * time.Second)
		assert.Equal(t, []string{"a running 1", "b running 0"}, s.states())
		require.NoError(t, s.stop())
	})
}
