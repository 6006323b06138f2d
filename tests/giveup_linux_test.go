package tests

import (
	"errors"
	"io/fs"
	"os"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"brood/actors"
	"brood/runtime"
)

// brief is a worker whose first incarnation waits at the gate before it dies
// of its first task; later ones die as soon as they are ready.
func brief() {
	w := openRawWire()
	w.hello()
	if w.incarnation == 1 {
		w.readTask()
		waitForGate(os.Args[1])
	}
	os.Exit(1)
}

// TestGivingUpAnswersAll: the supervisor gives up while many tasks wait.
func TestGivingUpAnswersAll(t *testing.T) {
	const tasks = 1000
	g := newGate(t)
	rt := newRuntime(t, runtime.Options{})
	pool := startPool(t, rt, runtime.PoolSpec{
		Command: command(t, "brief", g.path), Size: 2, QueueLimit: tasks, Intensity: 3, Period: time.Minute,
	})
	var answers []<-chan outcome
	for i := range tasks {
		answers = append(answers, submit(within(t, limit), pool, actors.Task{Repeatable: i%2 == 0}))
	}
	queued(t, pool, tasks-2)
	g.reached(t)
	g.open()
	kinds := map[string]int{}
	for _, answer := range answers {
		o := receive(t, answer)
		switch {
		case errors.Is(o.err, actors.ErrGaveUp):
			kinds["gave up"]++
		case errors.Is(o.err, actors.ErrWorkerExited):
			kinds["worker exited"]++
		default:
			assert.Fail(t, "an answer of another kind", "%v", o.err)
		}
	}
	assert.Equal(t, tasks, kinds["gave up"]+kinds["worker exited"], "%v", kinds)
	assert.NotZero(t, kinds["gave up"])
	noChildren(t)
}

func TestStartPoolFails(t *testing.T) {
	missing := runtime.Command{Path: "/no/such/program"}
	for name, test := range map[string]struct {
		command runtime.Command
		reason  actors.Reason
		text    string
	}{
		"not there":        {missing, actors.ReasonStartFailed, "no such file or directory"},
		"exits at once":    {command(t, "exit"), actors.ReasonExited, `exit code 3: "out of cheese"`},
		"never says hello": {command(t, "mute"), actors.ReasonNotReady, "no hello in time"},
	} {
		t.Run(name, func(t *testing.T) {
			rt := newRuntime(t, runtime.Options{})
			pool, err := rt.StartPool(within(t, limit), runtime.PoolSpec{
				Command: test.command, Size: 2, StartTimeout: 3 * time.Second,
			})
			assert.Nil(t, pool)
			var failed *runtime.StartError
			require.ErrorAs(t, err, &failed)
			assert.Equal(t, test.reason, failed.Exit.Reason)
			assert.ErrorContains(t, err, test.text)
			assert.Equal(t, name == "not there", errors.Is(err, fs.ErrNotExist))
			noChildren(t)
		})
	}
}

func TestStartPoolWithEndedContext(t *testing.T) {
	rt := newRuntime(t, runtime.Options{})
	_, err := rt.StartPool(within(t, 100*time.Millisecond), runtime.PoolSpec{Command: command(t, "mute")})
	assert.ErrorContains(t, err, "deadline exceeded")
	noChildren(t)
}
