package supervisor_test

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/asynkron/protoactor-go/actor"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"brood/actors"
	"brood/actors/supervisor"
)

// deaf ignores Stop, as a child that takes its time.
func deaf(f *fake, ctx actor.Context) bool {
	msg, ok := ctx.Message().(*actors.Stop)
	if ok {
		f.journal.add("%s hears stop %s", f.name, msg.Grace)
	}
	return ok && msg.Grace >= 0
}

// stoneDeaf ignores every Stop.
func stoneDeaf(f *fake, ctx actor.Context) bool {
	_, ok := ctx.Message().(*actors.Stop)
	return ok
}

func TestStopOfNoChildren(t *testing.T) {
	bubble(t, func(s *scene) {
		s.start(supervisor.Spec{})
		require.NoError(t, s.stop())
		assert.Equal(t, []string{"event over: <nil>"}, s.journal.take())
	})
}

func TestStopEndsTheActorAndFreesItsNames(t *testing.T) {
	bubble(t, func(s *scene) {
		subscriber := s.listener("subscriber")
		s.start(supervisor.Spec{Children: s.children("a"), Subscribers: []*actor.PID{subscriber}})
		s.journal.take()
		require.NoError(t, s.stop())
		lines := s.journal.take()
		assert.Equal(t, []string{
			"a stop 0s", "event a ended: exit code 0 (stopped)", "a actor stopping", "event over: <nil>",
		}, without(lines, "subscriber hears: down 1: stopped"))
		assert.Len(t, lines, 5)
		s.start(supervisor.Spec{Children: s.children("a")})
		assert.Contains(t, s.journal.take(), "a start 1", "the same names again")
		require.NoError(t, s.stop())
	})
}

func TestStopPassesItsGraceOn(t *testing.T) {
	for name, c := range map[string]struct {
		own, asked time.Duration
		want       string
	}{
		"the child's":      {2 * time.Second, 0, "a stop 2s"},
		"the Stop's":       {2 * time.Second, time.Second, "a stop 1s"},
		"at once":          {2 * time.Second, -1, "a stop -1ns"},
		"at once by child": {-1, 0, "a stop -1ns"},
	} {
		t.Run(name, func(t *testing.T) {
			bubble(t, func(s *scene) {
				spec := supervisor.Spec{Children: s.children("a")}
				spec.Children[0].Grace = c.own
				s.start(spec)
				require.NoError(t, s.answered(s.ask(c.asked)))
				assert.Contains(t, s.journal.take(), c.want)
			})
		})
	}
}

func TestStopDuringBackoffIsAnsweredAndNothingIsRestarted(t *testing.T) {
	bubble(t, func(s *scene) {
		spec := often
		spec.Children = s.children("a", "b")
		spec.Backoff.Min = time.Minute
		s.start(spec)
		s.send("a", crash)
		s.pass(time.Second)
		s.journal.take()
		require.NoError(t, s.stop())
		s.pass(time.Hour)
		assert.Equal(t, []string{
			"event a ended: exit code 3",
			"b stop 0s", "event b ended: exit code 0 (stopped)", "b actor stopping",
			"a actor stopping", "event over: <nil>",
		}, s.journal.take())
	})
}

// Case 45. At full speed: on the real clock, without any backoff.
func TestStopDuringAFailingLoopIsAnswered(t *testing.T) {
	for range 20 {
		failing := actor.PropsFromFunc(func(ctx actor.Context) {
			switch ctx.Message().(type) {
			case *actors.Start:
				ctx.Send(ctx.Parent(), &actors.Down{Who: ctx.Self(), Exit: actors.Exit{Reason: actors.ReasonStartFailed}})
			case *actors.Stop:
				ctx.Respond(&actors.Stopped{Who: ctx.Self()})
			}
		})
		restarts := make(chan struct{}, 1000)
		over := make(chan error, 1)
		props, err := supervisor.Props(supervisor.Spec{
			Intensity: 1_000_000, Period: time.Hour,
			Backoff:  supervisor.Backoff{Min: -1},
			Children: []supervisor.Child{{ID: "a", Props: failing, Patient: true}},
			OnEvent: func(event supervisor.Event) {
				switch e := event.(type) {
				case supervisor.Restarting:
					select {
					case restarts <- struct{}{}:
					default:
					}
				case supervisor.Ended:
					over <- e.Err
				}
			},
		})
		require.NoError(t, err)
		system := quietSystem()
		sup := system.Root.Spawn(props)
		for range 100 {
			<-restarts
		}
		answer, err := system.Root.RequestFuture(sup, &actors.Stop{}, time.Minute).Result()
		require.NoError(t, err)
		require.Equal(t, &actors.Stopped{Who: sup}, answer)
		require.NoError(t, <-over)
	}
}

func TestEveryStopIsAnswered(t *testing.T) {
	bubble(t, func(s *scene) {
		spec := supervisor.Spec{Children: append(s.children("a"), supervisor.Child{ID: "b", Props: s.fake("b", deaf)})}
		s.start(spec)
		answers := make(chan *actors.Stopped, 100)
		asker := s.system.Root.Spawn(actor.PropsFromFunc(func(ctx actor.Context) {
			if msg, ok := ctx.Message().(*actors.Stopped); ok {
				answers <- msg
			}
		}))
		for range cap(answers) {
			s.system.Root.RequestWithCustomSender(s.sup, &actors.Stop{}, asker)
		}
		synctest.Wait()
		assert.Empty(t, answers, "while b takes its time")
		require.NoError(t, s.answered(s.ask(-1)))
		assert.Len(t, answers, cap(answers))
		assert.Equal(t, 1, s.journal.count("event over: <nil>"))
		assert.Equal(t, 1, s.journal.count("b hears stop 0s"), "it is asked once for all of them")
	})
}

func TestUrgentStopHurriesTheChildThatIsStoppingAndTheRest(t *testing.T) {
	bubble(t, func(s *scene) {
		spec := supervisor.Spec{}
		for _, id := range []string{"a", "b", "c"} {
			spec.Children = append(spec.Children, supervisor.Child{ID: id, Props: s.fake(id, deaf), Grace: time.Minute})
		}
		s.start(spec)
		s.journal.take()
		patient := s.ask(0)
		s.pass(time.Second)
		assert.Equal(t, []string{"c hears stop 1m0s"}, s.journal.take())
		urgent := s.ask(-1)
		require.NoError(t, s.answered(patient))
		require.NoError(t, s.answered(urgent))
		want := []string{}
		for _, id := range []string{"c", "b", "a"} {
			want = append(want, id+" hears stop -1ns", id+" stop -1ns",
				"event "+id+" ended: exit code 0 (stopped)", id+" actor stopping")
		}
		assert.Equal(t, append(want, "event over: <nil>"), s.journal.take())
	})
}

func TestStopWhileGivingUpIsAnswered(t *testing.T) {
	bubble(t, func(s *scene) {
		spec := supervisor.Spec{Period: time.Second, Children: s.children("a")}
		spec.Children = append(spec.Children, supervisor.Child{ID: "b", Props: s.fake("b", deaf)})
		s.start(spec)
		s.send("a", crash)
		assert.Zero(t, s.journal.count("event a restarting 1: exit code 3"))
		require.NoError(t, s.answered(s.ask(-1)), "giving up is not an error of stopping")
		assert.Contains(t, last(s.journal.take(), "event over: "), "gave up")
	})
}

func TestChildThatDoesNotAnswerIsEndedAndReported(t *testing.T) {
	bubble(t, func(s *scene) {
		spec := supervisor.Spec{Children: s.children("a")}
		spec.Children = append(spec.Children, supervisor.Child{ID: "b", Props: s.fake("b", stoneDeaf), Grace: time.Second})
		s.start(spec)
		s.journal.take()
		answer := s.ask(0)
		s.pass(16*time.Second - 1)
		assert.Empty(t, s.journal.take(), "within its grace and the margin")
		s.pass(1)
		assert.EqualError(t, s.answered(answer), "child b: no answer to Stop, its actor is stopped")
		assert.Equal(t, []string{
			"b actor stopping", "event b ended: stopped",
			"a stop 0s", "event a ended: exit code 0 (stopped)", "a actor stopping",
			"event over: child b: no answer to Stop, its actor is stopped",
		}, s.journal.take())
	})
}

func TestChildThatBlocksIsLeftBehindAndReported(t *testing.T) {
	bubble(t, func(s *scene) {
		release := make(chan struct{})
		spec := supervisor.Spec{Children: s.children("a")}
		spec.Children = append(spec.Children, supervisor.Child{ID: "b", Grace: -1, Props: s.fake("b", func(_ *fake, ctx actor.Context) bool {
			if _, ok := ctx.Message().(*actors.Start); ok {
				<-release
			}
			return false
		})})
		s.start(spec)
		answer := s.ask(0)
		s.pass(20*time.Second - 1)
		assert.Zero(t, s.journal.count("a stop 0s"))
		s.pass(1)
		assert.EqualError(t, s.answered(answer), "child b: no answer to Stop, its actor is stopped; child b: its actor does not end")
		assert.Equal(t, 1, s.journal.count("a stop 0s"))
		close(release)
		synctest.Wait()
	})
}

func TestStoppedAsAPlainActorItStillEndsOnce(t *testing.T) {
	for name, end := range map[string]func(*scene){
		"Stop":          func(s *scene) { s.system.Root.Stop(s.sup) },
		"Poison":        func(s *scene) { s.system.Root.Poison(s.sup) },
		"Stop, twice":   func(s *scene) { s.system.Root.Stop(s.sup); s.system.Root.Stop(s.sup) },
		"while it ends": func(s *scene) { s.ask(0); s.system.Root.Stop(s.sup) },
	} {
		t.Run(name, func(t *testing.T) {
			bubble(t, func(s *scene) {
				spec := often
				spec.Children = s.children("a", "b", "c")
				s.start(spec)
				s.send("c", crash) // one of them waits for its backoff
				s.journal.take()
				end(s)
				s.pass(time.Hour)
				lines := without(s.journal.take(), "a stop 0s", "b stop 0s", "c stop 0s")
				assert.Equal(t, "event over: <nil>", lines[len(lines)-1], "the last thing")
				for _, id := range []string{"a", "b", "c"} {
					assert.NotEmpty(t, last(lines, id+" actor stopping"))
					assert.NotEmpty(t, last(lines, "event "+id+" ended"))
				}
				assert.Equal(t, "event c ended: exit code 3", last(lines, "event c ended"))
				assert.Len(t, lines, 7, "each of them once")
			})
		})
	}
}
