package process

import (
	"errors"
	"path/filepath"
	"regexp"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"brood/actors"
	"brood/actors/health"
	"brood/actors/protocol"
	"brood/ptyio"
)

const fast = 20 * time.Millisecond

func TestUnhealthyChildIsEnded(t *testing.T) {
	for name, c := range ills(t) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := start(t, Spec{
				Command: appWith(t, append(c.well, "print up")...),
				Ready:   health.Line{Pattern: regexp.MustCompile("^up$")},
				Health:  []health.Check{c.check},
			})
			await[*actors.Ready](h)
			h.eventually(func(s Status) bool { return s.State == Healthy })
			// The negative control: it stays well as long as nobody makes it ill.
			assert.Empty(t, eventsWithin(h, 700*time.Millisecond))
			assert.Equal(t, Healthy, h.status().State)

			h.make(c.ill)
			exit := await[*actors.Down](h).Exit
			assert.Equal(t, actors.ReasonUnhealthy, exit.Reason)
			var why *health.UnhealthyError
			require.ErrorAs(t, exit.Err, &why)
			assert.ErrorContains(t, why, c.want)
			want := syscall.SIGKILL
			if c.followed {
				want = syscall.SIGTERM
			}
			assert.Equal(t, want, exit.Signal, exit.String())
			assert.Equal(t, health.Unhealthy, h.status().Checks[0].Verdict)
		})
	}
}

func TestSickChildHasItsGraceAndNoMore(t *testing.T) {
	address := freePort(t)
	h := start(t, Spec{
		Command: appWith(t, "refuse-to-end", "http "+address, "sick"),
		Health:  []health.Check{{Probe: health.HTTP{URL: "http://" + address}, Interval: fast, Failures: 1, Grace: time.Millisecond}},
		Ready:   health.TCP{Address: address},
		Grace:   300 * time.Millisecond,
	})
	await[*actors.Ready](h)
	ready := time.Now()
	exit := await[*actors.Down](h).Exit
	assert.Equal(t, actors.ReasonUnhealthy, exit.Reason)
	assert.Equal(t, syscall.SIGKILL, exit.Signal)
	assert.Greater(t, time.Since(ready), 250*time.Millisecond)
}

// A child that was stopped does not waste its grace.
func TestCase41StoppedChildIsKilledAtOnce(t *testing.T) {
	h := start(t, Spec{
		Command: appWith(t, "feed"), Grace: time.Hour,
		Health: []health.Check{{Probe: health.Watchdog{Within: 300 * time.Millisecond}}},
	})
	await[*actors.Ready](h)
	h.eventually(func(s Status) bool { return s.State == Healthy })
	h.make("SIGSTOP")
	stopped := time.Now()
	exit := await[*actors.Down](h).Exit
	assert.Less(t, time.Since(stopped), 10*time.Second)
	assert.Contains(t, exit.String(), "signal: killed (unhealthy: watchdog: stopped by a signal: no WATCHDOG=1 for")
}

func TestChecksOfAnIncarnationBeginAnewAndKeepTheirHistory(t *testing.T) {
	h := start(t, Spec{
		Command: appWith(t),
		Health:  []health.Check{{Name: "state", Probe: health.Kernel{}, Interval: fast, Failures: 1}},
	})
	for range 2 {
		await[*actors.Ready](h)
		h.eventually(func(s Status) bool { return s.State == Healthy && s.Checks[0].Successes > 1 })
		h.make("SIGSTOP")
		require.Equal(t, actors.ReasonUnhealthy, await[*actors.Down](h).Exit.Reason)
		h.system.Root.Send(h.pid, &actors.Start{})
	}
	await[*actors.Ready](h)
	h.eventually(func(s Status) bool { return s.State == Healthy })
	s := h.status()
	assert.Equal(t, 2, s.Restarts)
	assert.Equal(t, actors.ReasonUnhealthy, s.LastExit.Reason)
	failures := 0
	for i, r := range s.Checks[0].History {
		if r.Err != nil {
			failures++
			assert.Equal(t, health.Stopped, r.Condition)
		}
		if i > 0 {
			assert.True(t, r.At.After(s.Checks[0].History[i-1].At))
		}
	}
	assert.Equal(t, 2, failures)
	assert.LessOrEqual(t, len(s.Checks[0].History), HistoryLength)
	assert.Equal(t, "state", s.Checks[0].Name)
	assert.WithinDuration(t, time.Now(), s.LastActive, 20*time.Second)
}

// ReportOnly tells and leaves it at that; the child may recover.
func TestReportOnly(t *testing.T) {
	flag := filepath.Join(t.TempDir(), "flag")
	h := start(t, Spec{
		Command: appWith(t),
		Health:  []health.Check{{Probe: health.File{Path: flag}, Interval: fast, ReportOnly: true, Successes: 2}},
	})
	await[*actors.Ready](h)
	for range 2 {
		h.eventually(func(s Status) bool { return s.State == Unhealthy })
		h.tell("write " + flag)
		h.eventually(func(s Status) bool { return s.State == Healthy })
		h.tell("remove " + flag)
	}
	assert.Empty(t, eventsWithin(h, 50*time.Millisecond), "no Down")
}

// A worker that is busy need not answer; one that is not must.
func TestPingOfAWorker(t *testing.T) {
	spec := Spec{
		Command: self(t, "deaf-worker"), Protocol: protocol.Wire{},
		Health: []health.Check{{Probe: health.Ping{}, Interval: fast, Timeout: 100 * time.Millisecond, Failures: 2}},
	}
	h := start(t, spec)
	await[*actors.Ready](h)
	answer := h.submit("anything")
	h.eventually(func(s Status) bool {
		inconclusive := 0
		for _, r := range s.Checks[0].History {
			if errors.Is(r.Err, health.ErrInconclusive) {
				inconclusive++
			}
		}
		return inconclusive > 3
	})
	assert.Equal(t, 1, h.status().Held)
	require.NoError(t, h.stop(-1))
	assert.ErrorIs(t, h.result(answer).Err, actors.ErrWorkerExited)

	h = start(t, spec)
	exit := await[*actors.Down](h).Exit
	assert.Equal(t, actors.ReasonUnhealthy, exit.Reason)
	assert.ErrorContains(t, exit.Err, "ping: no answer to a ping: unresponsive (2 times in a row)")

	// One that answers is well, with tasks between.
	spec.Command = self(t, "worker")
	h = start(t, spec)
	await[*actors.Ready](h)
	h.eventually(func(s Status) bool { return s.State == Healthy })
	for range 100 {
		require.Equal(t, "x", string(h.result(h.submit("x")).Payload))
	}
	assert.Empty(t, eventsWithin(h, 300*time.Millisecond))
	s := h.status()
	assert.EqualValues(t, 100, s.Answered)
	assert.Zero(t, s.Held)
	assert.Equal(t, Healthy, s.State)
}

// One that says that it is ending is left to it, for its grace.
func TestStoppingChildIsExcused(t *testing.T) {
	flag := filepath.Join(t.TempDir(), "flag")
	h := start(t, Spec{
		Command: appWith(t, "write "+flag), Ready: health.File{Path: flag}, Grace: 500 * time.Millisecond,
		Health: []health.Check{
			{Probe: health.File{Path: flag}, Interval: fast, Failures: 1},
			{Probe: health.Watchdog{Within: time.Hour}},
		},
	})
	await[*actors.Ready](h)
	h.eventually(func(s Status) bool { return s.Checks[0].Verdict == health.Healthy })
	h.tell("notify STOPPING=1|STATUS=bye")
	h.eventually(func(s Status) bool { return s.State == Stopping })
	h.tell("remove " + flag)
	assert.Empty(t, eventsWithin(h, 200*time.Millisecond), "it may take its time")
	assert.Equal(t, "bye", h.status().Notified.Status)
	exit := await[*actors.Down](h).Exit // but not for ever
	assert.Equal(t, actors.ReasonUnhealthy, exit.Reason)
}

func TestStatusOverALife(t *testing.T) {
	h := start(t, Spec{Command: appWith(t)})
	await[*actors.Ready](h)
	s := h.status()
	assert.Equal(t, Ready, s.State)
	assert.True(t, s.LastActive.IsZero())
	assert.Nil(t, s.LastExit)
	h.tell("print x")
	h.eventually(func(s Status) bool { return !s.LastActive.IsZero() })
	printed := h.status().LastActive
	assert.True(t, printed.After(s.Started))
	h.tell("exit 4")
	await[*actors.Down](h)
	s = h.status()
	assert.Equal(t, Status{
		State: Restarting, Incarnation: 1, LastActive: printed, LastExit: s.LastExit,
	}, s)
	assert.Equal(t, 4, s.LastExit.Code)
}

// What looks at an incarnation ends with it, whatever it is at.
func TestProbesEndWithTheirIncarnation(t *testing.T) {
	h := start(t, Spec{
		Command: appWith(t),
		Health:  []health.Check{{Probe: health.Command{Command: ptyio.Shell("sleep 100")}, Timeout: time.Hour}},
	})
	await[*actors.Ready](h)
	h.tell("exit 0")
	assert.True(t, await[*actors.Down](h).Exit.Success())
	began := time.Now()
	h.work.Wait() // the prober has ended, and its command with it
	assert.Less(t, time.Since(began), 20*time.Second)
}

// What comes late from an incarnation that is over is void.
func TestLateWordOfAnOlderIncarnationIsVoid(t *testing.T) {
	h := start(t, Spec{
		Command: appWith(t), Ready: health.Notify{},
		Health: []health.Check{{Probe: health.Watchdog{Within: time.Hour}, Failures: 1}},
	})
	await[*actors.Started](h)
	old := &run{incarnation: 1}
	h.system.Root.Send(h.pid, &proven{run: old})
	assert.Empty(t, eventsWithin(h, 50*time.Millisecond), "not proven")
	h.tell("notify READY=1")
	await[*actors.Ready](h)
	h.system.Root.Send(h.pid, &probed{run: old, result: health.Result{Err: health.ErrUnresponsive}})
	assert.Empty(t, eventsWithin(h, 50*time.Millisecond), "not unhealthy")
}
