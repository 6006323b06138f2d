package tests

import (
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/asynkron/protoactor-go/actor"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"brood/actors"
	"brood/runtime"
)

// listener keeps what a subscriber hears.
type listener struct {
	mu    sync.Mutex
	heard []any
}

func (l *listener) Receive(ctx actor.Context) {
	switch ctx.Message().(type) {
	case *actors.Started, *actors.Ready, *actors.Down, *actors.OverLimit:
		l.mu.Lock()
		defer l.mu.Unlock()
		l.heard = append(l.heard, ctx.Message())
	}
}

// messages returns those of one type.
func messages[T any](l *listener) (all []T) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, m := range l.heard {
		if m, ok := m.(T); ok {
			all = append(all, m)
		}
	}
	return all
}

func listen(t *testing.T, rt *runtime.Runtime) (*listener, []*actor.PID) {
	t.Helper()
	l := &listener{}
	a, err := rt.Spawn("listener", actor.PropsFromProducer(func() actor.Actor { return l }))
	require.NoError(t, err)
	return l, []*actor.PID{a.PID()}
}

const mayHave = 100 << 20

func TestCase37AChildThatLeaksIsRestarted(t *testing.T) {
	rt := newRuntime(t, runtime.Options{SampleInterval: often})
	l, subscribers := listen(t, rt)
	p := start(t, rt, runtime.ProcessSpec{
		Command: command(t, "leaker"), Subscribers: subscribers, Intensity: 1000, Period: time.Minute,
		Watch: []runtime.WatchLimit{{MemoryBytes: mayHave, Action: runtime.RestartNow}},
	})
	neighbour := start(t, rt, runtime.ProcessSpec{
		Command: command(t, "mute"), Watch: []runtime.WatchLimit{{MemoryBytes: mayHave, Action: runtime.RestartNow}},
	})
	require.Eventually(t, func() bool { return p.Restarts() >= 2 }, limit, often)
	exit := messages[*actors.Down](l)[0].Exit
	assert.Equal(t, actors.ReasonResourceLimit, exit.Reason)
	var err *runtime.LimitError
	require.ErrorAs(t, exit.Err, &err)
	assert.Equal(t, float64(mayHave), err.Limit)
	assert.Greater(t, err.Value, err.Limit)
	assert.Contains(t, exit.String(), "resource limit: memory of the child's tree is ")
	assert.Zero(t, neighbour.Restarts(), "the negative control")
	for _, s := range p.Samples() {
		assert.Less(t, s.MemoryBytes, int64(4*mayHave))
	}
}

func TestAWarningGoesToSubscribersOnce(t *testing.T) {
	rt := newRuntime(t, runtime.Options{SampleInterval: often})
	l, subscribers := listen(t, rt)
	p := start(t, rt, runtime.ProcessSpec{
		Command: command(t, "hog"), Subscribers: subscribers,
		Watch: []runtime.WatchLimit{{MemoryBytes: hogBytes}, {Descriptors: hogFiles}, {Age: time.Hour}},
	})
	require.Eventually(t, func() bool { return len(messages[*actors.OverLimit](l)) == 2 }, limit, often)
	time.Sleep(10 * often)
	warnings := messages[*actors.OverLimit](l)
	require.Len(t, warnings, 2)
	for _, m := range warnings {
		assert.Equal(t, p.PID(), m.Who)
		assert.Equal(t, uint32(1), m.Incarnation)
		assert.False(t, m.Retiring)
		assert.ErrorAs(t, m.Err, new(*runtime.LimitError))
	}
	assert.Zero(t, p.Restarts())
}

func TestAChildWithoutTasksIsIdle(t *testing.T) {
	rt := newRuntime(t, runtime.Options{SampleInterval: often})
	p := start(t, rt, runtime.ProcessSpec{
		Command: command(t, "mute"), Intensity: 1000, Period: time.Minute,
		Watch: []runtime.WatchLimit{{Age: 50 * time.Millisecond, Jitter: 50 * time.Millisecond, Action: runtime.RestartWhenIdle}},
	})
	require.Eventually(t, func() bool { return p.Restarts() >= 3 }, limit, often)
	assert.Equal(t, actors.ReasonResourceLimit, p.Exit().Reason)
}

// Each worker is replaced when it is old, over and over, while tasks come: every
// task is answered, by its first worker.
func TestWorkersAreReplacedBetweenTasks(t *testing.T) {
	rt := newRuntime(t, runtime.Options{SampleInterval: 10 * time.Millisecond})
	l, subscribers := listen(t, rt)
	pool := startPool(t, rt, runtime.PoolSpec{
		Command: command(t, "worker"), Size: 2, Prefetch: 4, Subscribers: subscribers,
		Watch: []runtime.WatchLimit{{Age: 1500 * time.Millisecond, Jitter: 500 * time.Millisecond, Action: runtime.RestartWhenIdle}},
	})
	var clients sync.WaitGroup
	var mu sync.Mutex
	done := 0
	began := time.Now()
	for range 8 {
		clients.Go(func() {
			for restarts(pool) < 3 && time.Since(began) < limit {
				result, err := pool.Submit(within(t, limit), actors.Task{Payload: []byte("echo")})
				if !assert.NoError(t, err) {
					return
				}
				assert.Equal(t, 1, result.Attempts)
				mu.Lock()
				done++
				mu.Unlock()
			}
		})
	}
	clients.Wait()
	assert.GreaterOrEqual(t, restarts(pool), 3)
	assert.Greater(t, done, 100)
	for _, m := range messages[*actors.OverLimit](l) {
		assert.True(t, m.Retiring)
	}
	for _, m := range messages[*actors.Down](l) {
		assert.Equal(t, actors.ReasonResourceLimit, m.Exit.Reason)
	}
	for worker := range 2 {
		assert.NotEmpty(t, pool.Samples(worker))
	}
	assert.Empty(t, pool.Samples(2))
	_, err := pool.Usage(within(t, limit), -1)
	assert.ErrorIs(t, err, actors.ErrNotRunning)
}

func TestFaultsOfWatchesAreToldAtOnce(t *testing.T) {
	rt := newRuntime(t, runtime.Options{})
	watch := []runtime.WatchLimit{{MemoryBytes: -1}, {}}
	want := []string{"Prefetch is -1", "Watch: limit 0: MemoryBytes is -1", "Watch: limit 1: not exactly one of"}
	_, err := rt.Start(within(t, limit), runtime.ProcessSpec{Command: command(t, "mute"), Prefetch: -1, Watch: watch})
	_, poolErr := rt.StartPool(within(t, limit), runtime.PoolSpec{Command: command(t, "worker"), Prefetch: -1, Watch: watch})
	for _, err := range []error{err, poolErr} {
		require.Error(t, err)
		for _, fault := range want {
			assert.Contains(t, err.Error(), fault)
		}
		assert.Equal(t, 1, strings.Count(err.Error(), "MemoryBytes is"))
	}
	for _, interval := range []time.Duration{-1, time.Millisecond} {
		_, err := runtime.New(runtime.Options{SampleInterval: interval})
		assert.ErrorContains(t, err, "SampleInterval is ")
	}
}
