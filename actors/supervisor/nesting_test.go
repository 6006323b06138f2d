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

// nested returns a supervisor of one child, "inner", as a child.
func (s *scene) nested(restart supervisor.Restart) supervisor.Child {
	props, err := supervisor.Props(supervisor.Spec{Name: "nested", Period: time.Hour, Children: s.children("inner")})
	require.NoError(s.t, err)
	return supervisor.Child{ID: "nested", Props: props, Restart: restart}
}

func TestSupervisorThatGaveUpIsRestartedByAPermanentEntryOnly(t *testing.T) {
	const gaveUp = `gave up: supervisor: "nested" gave up: child inner: exit code 3 (limit: 0 restarts in 1h0m0s)`
	for restart, want := range map[supervisor.Restart][]string{
		supervisor.Permanent: {"event nested restarting 1: " + gaveUp, "inner start 1", "event nested started"},
		supervisor.Transient: {"event nested ended: " + gaveUp},
		supervisor.Temporary: {"event nested ended: " + gaveUp},
	} {
		t.Run(restart.String(), func(t *testing.T) {
			bubble(t, func(s *scene) {
				s.start(supervisor.Spec{Children: []supervisor.Child{s.nested(restart)}})
				require.Equal(t, []string{"inner start 1", "event nested started"}, s.journal.take())
				s.send("nested/inner", crash)
				s.pass(time.Second)
				assert.Equal(t, append([]string{"inner actor stopping"}, want...), s.journal.take())
				require.NoError(t, s.stop())
			})
		})
	}
}

// An actor that ends with its incarnation, as a supervisor does, may get a
// Start that comes too late for it.
func TestStartThatReachedAnEndingActorIsNotLost(t *testing.T) {
	bubble(t, func(s *scene) {
		s.start(supervisor.Spec{Children: []supervisor.Child{{ID: "a", Props: s.fake("a", func(f *fake, ctx actor.Context) bool {
			_, ok := ctx.Message().(*actors.Start)
			if ok && f.incarnation > 0 {
				ctx.Stop(ctx.Self())
				return true
			}
			return false
		})}}})
		s.send("a", crash)
		s.pass(time.Second)
		assert.Equal(t, []string{
			"a start 1", "event a started", "event a restarting 1: exit code 3",
			"a actor stopping", "a start 1", "event a started",
		}, s.journal.take())
		require.NoError(t, s.stop())
	})
}

func TestStopGoesDownTheTree(t *testing.T) {
	bubble(t, func(s *scene) {
		s.start(supervisor.Spec{Children: append(s.children("a"), s.nested(supervisor.Permanent))})
		s.journal.take()
		require.NoError(t, s.answered(s.ask(time.Minute)))
		assert.Equal(t, []string{
			"inner stop 1m0s", "inner actor stopping", "event nested ended: stopped",
			"a stop 1m0s", "event a ended: exit code 0 (stopped)", "a actor stopping", "event over: <nil>",
		}, s.journal.take())
	})
}

func TestParentHearsOfTheEndOnce(t *testing.T) {
	bubble(t, func(s *scene) {
		parent := s.system.Root.Spawn(actor.PropsFromFunc(func(ctx actor.Context) {
			if _, ok := ctx.Message().(*actor.Started); ok {
				props, err := supervisor.Props(supervisor.Spec{
					Name: "test", Period: time.Second, Children: s.children("a"), Subscribers: []*actor.PID{ctx.Self()},
				})
				require.NoError(t, err)
				s.sup, err = ctx.SpawnNamed(props, "sup")
				require.NoError(t, err)
			}
			s.hear("parent", ctx.Message())
		}))
		synctest.Wait()
		s.journal.take()
		s.system.Root.Send(actor.NewPID(s.sup.Address, s.sup.Id+"/a"), crash)
		synctest.Wait()
		const why = `supervisor: "test" gave up: child a: exit code 3 (limit: 0 restarts in 1s)`
		assert.Equal(t, []string{
			"a actor stopping",
			"parent hears: gave up: " + why,
			"parent hears: down 1: gave up: " + why,
		}, s.journal.take())
		s.system.Root.Stop(parent)
	})
}
