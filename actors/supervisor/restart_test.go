package supervisor_test

import (
	"errors"
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

const ms = time.Millisecond

// often lets a child fail as often as it likes.
var often = supervisor.Spec{Intensity: 1_000_000, Period: time.Hour}

func TestChildrenStartFromLeftToRightAndStopFromRightToLeft(t *testing.T) {
	bubble(t, func(s *scene) {
		spec := supervisor.Spec{Children: s.children("a", "b", "c"), OnEvent: func(supervisor.Event) {}}
		spec.Children[1].Grace = time.Second
		s.start(spec)
		// The children run at the same time: only each one's message is ordered.
		assert.ElementsMatch(t, []string{"a start 1", "b start 1", "c start 1"}, s.journal.take())
		require.NoError(t, s.stop())
		assert.Equal(t, []string{
			"c stop 0s", "c actor stopping", "b stop 1s", "b actor stopping", "a stop 0s", "a actor stopping",
		}, s.journal.take())
	})
}

func TestChildrenAreToldToStartInOrder(t *testing.T) {
	bubble(t, func(s *scene) {
		var order []string
		spec := supervisor.Spec{}
		for _, id := range []string{"c", "a", "b"} {
			spec.Children = append(spec.Children, supervisor.Child{ID: id, Props: actor.PropsFromProducer(func() actor.Actor {
				order = append(order, id) // the producer runs in the supervisor's turn
				return &fake{name: id, journal: s.journal}
			})})
		}
		s.start(spec)
		require.NoError(t, s.stop())
		assert.Equal(t, []string{"c", "a", "b"}, order)
	})
}

func TestFailedChildIsRestartedInTheSameActorAfterItsBackoff(t *testing.T) {
	bubble(t, func(s *scene) {
		s.start(supervisor.Spec{Children: s.children("a", "b")})
		s.journal.take()
		s.send("a", crash)
		assert.Equal(t, []string{"event a restarting 1: exit code 3"}, s.journal.take())
		s.pass(10*ms - 1)
		assert.Empty(t, s.journal.take(), "before the least delay")
		s.pass(5*ms + 1)
		assert.Equal(t, []string{"a start 2", "event a started"}, s.journal.take(), "b is left alone")
		require.NoError(t, s.stop())
	})
}

func TestChildEndsForGood(t *testing.T) {
	for name, c := range map[string]struct {
		restart supervisor.Restart
		exit    exit
	}{
		"transient, success":  {supervisor.Transient, success},
		"temporary, failure":  {supervisor.Temporary, crash},
		"permanent, by Stop":  {supervisor.Permanent, asked},
		"temporary, no start": {supervisor.Temporary, exit{Reason: actors.ReasonStartFailed}},
	} {
		t.Run(name, func(t *testing.T) {
			bubble(t, func(s *scene) {
				spec := supervisor.Spec{Children: s.children("a")}
				spec.Children[0].Restart = c.restart
				s.start(spec)
				s.journal.take()
				s.send("a", c.exit)
				want := []string{"event a ended: " + actors.Exit(c.exit).String()}
				if c.restart == supervisor.Temporary {
					want = append(want, "a actor stopping") // it is forgotten
				}
				assert.Equal(t, want, s.journal.take())
				s.pass(time.Hour)
				assert.Empty(t, s.journal.take(), "not started again")
				require.NoError(t, s.stop())
				assert.Zero(t, s.journal.count("event a ended: stopped"), "ended once")
			})
		})
	}
}

func TestBackoffGrowsAndBeginsAnew(t *testing.T) {
	bubble(t, func(s *scene) {
		var attempts []int
		var delays []time.Duration
		spec := often
		spec.Children = s.children("a")
		spec.OnEvent = func(event supervisor.Event) {
			if r, ok := event.(supervisor.Restarting); ok {
				attempts, delays = append(attempts, r.Attempt), append(delays, r.Delay)
			}
		}
		s.start(spec)
		for range 3 {
			s.send("a", crash)
			s.pass(time.Second)
		}
		s.pass(10 * time.Second)
		s.send("a", crash)
		s.pass(11 * time.Second)
		s.send("a", exit{Reason: actors.ReasonStartFailed}) // so long, and it did not run
		require.NoError(t, s.stop())
		assert.Equal(t, []int{1, 2, 3, 1, 2}, attempts)
		for i, least := range []time.Duration{10 * ms, 20 * ms, 40 * ms, 10 * ms, 20 * ms} {
			assert.GreaterOrEqual(t, delays[i], least)
			assert.LessOrEqual(t, delays[i], least*3/2)
		}
	})
}

func TestCase57ChildThatEndsAtOnceIsNotStartedInALoop(t *testing.T) {
	bubble(t, func(s *scene) {
		spec := often
		spec.Children = []supervisor.Child{{ID: "a", Patient: true, Props: s.fake("a", func(f *fake, ctx actor.Context) bool {
			if _, ok := ctx.Message().(*actors.Start); ok {
				f.journal.add("start")
				ctx.Send(ctx.Parent(), &actors.Down{Who: ctx.Self(), Exit: actors.Exit{Reason: actors.ReasonStartFailed}})
			}
			return false
		})}}
		s.start(spec)
		s.pass(time.Minute)
		// 10 ms doubled ten times are 10 s: eleven starts, then one in 10 to 15 s.
		starts := s.journal.count("start")
		assert.GreaterOrEqual(t, starts, 12)
		assert.LessOrEqual(t, starts, 17)
		require.NoError(t, s.stop())
	})
}

func TestGiveUpStopsAllAndTellsEveryone(t *testing.T) {
	bubble(t, func(s *scene) {
		one, other := s.listener("one"), s.listener("other")
		s.start(supervisor.Spec{Children: s.children("a", "b"), Subscribers: []*actor.PID{one, other, one}})
		s.send("a", crash)
		s.pass(time.Second)
		s.journal.take()
		s.send("a", crash)
		lines := s.journal.take()
		const why = `supervisor: "test" gave up: child a: exit code 3 (limit: 1 restarts in 5s)`
		assert.Equal(t, []string{
			"event a ended: exit code 3",
			"b stop 0s",
			"event b ended: exit code 0 (stopped)",
			"b actor stopping",
			"a actor stopping",
			"event gave up: " + why,
			"event over: " + why,
		}, without(lines, "one hears: gave up: "+why, "one hears: down 1: gave up: "+why,
			"other hears: gave up: "+why, "other hears: down 1: gave up: "+why))
		assert.Len(t, lines, 11, "each of them once")
	})
}

func TestCase52WithoutIntensityTheFirstFailureIsOneTooMany(t *testing.T) {
	bubble(t, func(s *scene) {
		cause := errors.New("no such file")
		var got error
		s.start(supervisor.Spec{
			Period: time.Second, Children: s.children("a"),
			OnEvent: func(event supervisor.Event) {
				if e, ok := event.(supervisor.Ended); ok {
					got = e.Err
				}
			},
		})
		s.send("a", exit{Reason: actors.ReasonStartFailed, Code: -1, Err: cause})
		assert.ErrorIs(t, got, actors.ErrGaveUp)
		assert.ErrorIs(t, got, cause)
	})
}

func TestFailureToSpawnIsAFailedStart(t *testing.T) {
	for name, props := range map[string]*actor.Props{
		"producer panics":     actor.PropsFromProducer(func() actor.Actor { panic("no") }),
		"props of a guardian": actor.PropsFromFunc(func(actor.Context) {}, actor.WithGuardian(actor.DefaultSupervisorStrategy())),
	} {
		t.Run(name, func(t *testing.T) {
			bubble(t, func(s *scene) {
				s.start(supervisor.Spec{Children: append(s.children("a"), supervisor.Child{ID: "b", Props: props})})
				s.pass(time.Second)
				lines := s.journal.take()
				assert.Contains(t, last(lines, "event b"), "event b ended: start failed: spawn b: panic: ")
				assert.Contains(t, last(lines, "event"), `event over: supervisor: "test": child b failed to start: `)
			})
		})
	}
}

func TestGiveUpWhileStartingStartsNoMore(t *testing.T) {
	bubble(t, func(s *scene) {
		broken := actor.PropsFromProducer(func() actor.Actor { panic("no") })
		children := append(s.children("a"), supervisor.Child{ID: "b", Props: broken})
		children[1].Patient = true
		s.start(supervisor.Spec{Period: time.Second, Children: append(children, s.children("c")...)})
		lines := s.journal.take()
		assert.Contains(t, last(lines, "event over"), "gave up")
		assert.Empty(t, last(lines, "c "))
		assert.Empty(t, last(lines, "event c"), "what was never started has not ended")
	})
}

func TestSpecMayBeChangedAfterwards(t *testing.T) {
	bubble(t, func(s *scene) {
		spec := supervisor.Spec{Children: s.children("a")}
		props, err := supervisor.Props(spec)
		require.NoError(t, err)
		spec.Children[0] = supervisor.Child{}
		s.sup = s.system.Root.Spawn(props)
		require.NoError(t, s.stop())
		assert.Contains(t, s.journal.take(), "a start 1")
	})
}

// without returns lines but those.
func without(lines []string, those ...string) []string {
	return slices.DeleteFunc(slices.Clone(lines), func(line string) bool { return slices.Contains(those, line) })
}

// last returns the last line that begins with prefix.
func last(lines []string, prefix string) string {
	for _, line := range slices.Backward(lines) {
		if strings.HasPrefix(line, prefix) {
			return line
		}
	}
	return ""
}
