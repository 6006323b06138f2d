package tests

import (
	"context"
	"os"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"brood/actors"
	"brood/runtime"
)

func TestCase39StopKillsWhoIgnoresIt(t *testing.T) {
	var out screen
	p := start(t, newRuntime(t, runtime.Options{}), runtime.ProcessSpec{
		Command: command(t, "stubborn"), Grace: 250 * time.Millisecond, Output: out.print,
	})
	out.shows(t, "ready")
	began := time.Now()
	require.NoError(t, p.Stop(within(t, limit)))
	assert.GreaterOrEqual(t, time.Since(began), 250*time.Millisecond, "it was alive until its grace was over")
	assert.Equal(t, syscall.SIGKILL, p.Exit().Signal)
	assert.Equal(t, actors.ReasonStopped, p.Exit().Reason)
}

func TestCase40HandlerOfTermFinishes(t *testing.T) {
	testTidy(t, func(*runtime.Process) {})
}

// A child that is stopped by SIGSTOP is woken, and does what it has to.
func TestCase41StopWakesStoppedChild(t *testing.T) {
	testTidy(t, func(p *runtime.Process) { stopProcess(t, p.OSPID()) })
}

// The same with a plan: each signal is followed by CONT.
func TestCase41PlanWakesStoppedChild(t *testing.T) {
	testTidy(t, func(p *runtime.Process) { stopProcess(t, p.OSPID()) },
		runtime.StopStep{Signal: syscall.SIGWINCH}, runtime.StopStep{Signal: syscall.SIGTERM, Wait: limit})
}

func testTidy(t *testing.T, before func(*runtime.Process), plan ...runtime.StopStep) {
	t.Helper()
	var out screen
	file := filepath.Join(t.TempDir(), "file")
	p := start(t, newRuntime(t, runtime.Options{}), runtime.ProcessSpec{
		Command: command(t, "tidy", file), Grace: limit, StopPlan: plan, Output: out.print,
	})
	out.shows(t, "ready")
	before(p)
	began := time.Now()
	require.NoError(t, p.Stop(within(t, limit)))
	assert.Less(t, time.Since(began), limit/2, "no waste of the grace")
	assert.Equal(t, []string{"tidied"}, lines(t, file))
	assert.Equal(t, 0, p.Exit().Code)
	assert.Zero(t, p.Exit().Signal)
}

// stopRounds is how often a child is stopped in each state.
const stopRounds = 100

// TestCase43StopInEveryState: whatever the child is about, Stop ends it soon,
// nothing is started after it, and each incarnation starts and ends once.
func TestCase43StopInEveryState(t *testing.T) {
	busy := runtime.Backoff{Min: 1, Max: 1}
	for name, test := range map[string]struct {
		spec runtime.ProcessSpec
		get  func(*testing.T, *runtime.Process) // to the state
	}{
		"running": {spec: runtime.ProcessSpec{Command: command(t, "mute")}},
		"starting again": {
			spec: runtime.ProcessSpec{Command: command(t, "oncer"), Protocol: runtime.Wire{}, Grace: 50 * time.Millisecond},
			get: func(t *testing.T, p *runtime.Process) {
				kill(p.OSPID(), syscall.SIGKILL)
				require.Eventually(t, func() bool { return p.Restarts() == 1 }, limit, soon)
			},
		},
		"backoff": {
			spec: runtime.ProcessSpec{Command: command(t, "mute"), Backoff: runtime.Backoff{Min: time.Hour}},
			get: func(t *testing.T, p *runtime.Process) {
				kill(p.OSPID(), syscall.SIGKILL)
				require.Eventually(t, func() bool { return p.OSPID() == 0 }, limit, soon)
			},
		},
		"restarting at full speed": {
			spec: runtime.ProcessSpec{Command: command(t, "ok"), Backoff: busy, Intensity: 1 << 30, Period: time.Hour},
		},
		"stopping": {
			spec: runtime.ProcessSpec{Command: command(t, "stubborn"), Grace: 20 * time.Millisecond},
			get: func(t *testing.T, p *runtime.Process) {
				go func() { _ = p.Stop(within(t, limit)) }()
			},
		},
		"ended": {
			spec: runtime.ProcessSpec{Command: command(t, "ok"), Restart: runtime.Temporary},
			get: func(t *testing.T, p *runtime.Process) {
				_, err := p.Wait(within(t, limit))
				require.NoError(t, err)
			},
		},
	} {
		t.Run(name, func(t *testing.T) {
			rt := newRuntime(t, runtime.Options{})
			for range stopRounds {
				log := newEventLog(t, rt)
				test.spec.Subscribers = log.subscribers()
				p := start(t, rt, test.spec)
				if test.get != nil {
					test.get(t, p)
				}
				began := time.Now()
				require.NoError(t, p.Stop(within(t, limit)))
				assert.Less(t, time.Since(began), 10*time.Second)
				_, err := p.Wait(within(t, limit))
				require.NoError(t, err)
				assert.Zero(t, p.OSPID())
				assert.NoError(t, p.Stop(within(t, limit)), "again")
				log.inOrder(t)
			}
			noChildren(t)
		})
	}
}

// TestCase43StopWhileStarting: the child runs and is not ready.
func TestCase43StopWhileStarting(t *testing.T) {
	rt := newRuntime(t, runtime.Options{})
	for range stopRounds {
		log := newEventLog(t, rt)
		ctx, leave := context.WithCancel(within(t, limit))
		failed := make(chan error, 1)
		go func() {
			_, err := rt.Start(ctx, runtime.ProcessSpec{
				Command: command(t, "mute"), Protocol: runtime.Wire{}, Subscribers: log.subscribers(),
			})
			failed <- err
		}()
		require.Eventually(t, func() bool { return len(rt.Children()) == 1 }, limit, soon)
		leave()
		assert.ErrorIs(t, receive(t, failed), context.Canceled)
		log.inOrder(t)
		assert.Empty(t, rt.Children())
	}
	noChildren(t)
}

// TestCase45StopAnswersWhileStartsFail: the program is gone, and every restart
// fails at once.
func TestCase45StopAnswersWhileStartsFail(t *testing.T) {
	program := filepath.Join(t.TempDir(), "program")
	self, err := os.Executable()
	require.NoError(t, err)
	require.NoError(t, os.Symlink(self, program))
	mute := command(t, "mute")
	mute.Path = program
	p := start(t, newRuntime(t, runtime.Options{}), runtime.ProcessSpec{
		Command: mute, Intensity: 1_000_000, Period: time.Hour, Backoff: runtime.Backoff{Min: 1, Max: 1},
	})
	require.NoError(t, os.Remove(program))
	kill(p.OSPID(), syscall.SIGKILL)
	require.Eventually(t, func() bool { return p.Exit().Reason == actors.ReasonStartFailed }, limit, soon)
	began := time.Now()
	require.NoError(t, p.Stop(within(t, limit)))
	assert.Less(t, time.Since(began), 10*time.Second)
	_, err = p.Wait(within(t, limit))
	assert.NoError(t, err, "it was stopped, not given up")
}

func TestCase48StopWhileChildFloods(t *testing.T) {
	rt := newRuntime(t, runtime.Options{})
	for range 5 {
		p := start(t, rt, runtime.ProcessSpec{Command: command(t, "flooder"), Output: func(actors.Stream, []byte) {}})
		require.NoError(t, p.Stop(within(t, limit)))
		noChildren(t)
	}
}
