package supervisor

import (
	"errors"
	"fmt"
	"strconv"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"brood/actors"
	"brood/tests/transcript"
)

// exits are the ends that the tests and transcripts call by name.
var exits = map[string]actors.Exit{
	"exit-0":       {Reason: actors.ReasonExited, PID: 1},
	"exit-3":       {Reason: actors.ReasonExited, PID: 1, Code: 3},
	"killed":       {Reason: actors.ReasonSignalled, PID: 1, Code: -1, Signal: syscall.SIGKILL},
	"terminated":   {Reason: actors.ReasonSignalled, PID: 1, Code: -1, Signal: syscall.SIGTERM},
	"stopped":      {Reason: actors.ReasonStopped, PID: 1, Code: -1, Signal: syscall.SIGTERM},
	"stopped-0":    {Reason: actors.ReasonStopped, PID: 1},
	"start-failed": {Reason: actors.ReasonStartFailed, Code: -1, Err: errors.New("no such file")},
	"panic":        {Reason: actors.ReasonPanic, Code: -1, Err: errors.New("panic: boom")},
	"not-ready":    {Reason: actors.ReasonNotReady, PID: 1, Code: -1, Signal: syscall.SIGKILL},
	"gave-up":      {Reason: actors.ReasonGaveUp, Code: -1, Err: fmt.Errorf("inner: %w", actors.ErrGaveUp)},
	"shut-down":    {Reason: actors.ReasonShutdown, Code: -1},
	"ignored":      {Reason: actors.ReasonStartFailed, Code: -1, Err: ErrIgnore},
}

func TestCase50RestartByKindAndExit(t *testing.T) {
	for _, c := range []struct {
		exit                            string
		permanent, transient, temporary Action
	}{
		{"exit-0", RestartAfter, EndForGood, EndForGood},
		{"exit-3", RestartAfter, RestartAfter, EndForGood},
		{"killed", RestartAfter, RestartAfter, EndForGood},
		{"terminated", RestartAfter, RestartAfter, EndForGood},
		{"stopped", EndForGood, EndForGood, EndForGood},
		{"stopped-0", EndForGood, EndForGood, EndForGood},
		{"start-failed", RestartAfter, RestartAfter, EndForGood},
		{"panic", RestartAfter, RestartAfter, EndForGood},
		{"not-ready", RestartAfter, RestartAfter, EndForGood},
		{"gave-up", RestartAfter, EndForGood, EndForGood},
		{"shut-down", RestartAfter, EndForGood, EndForGood},
	} {
		for restart, want := range map[Restart]Action{
			Permanent: c.permanent, Transient: c.transient, Temporary: c.temporary,
		} {
			decision, history := Policy{}.Decide(Failure{Restart: restart, Exit: exits[c.exit]}, History{})
			assert.Equal(t, want, decision.Action, "%s %s", restart, c.exit)
			assert.Equal(t, want == RestartAfter, len(history.restarts) == 1, "%s %s is counted", restart, c.exit)
		}
	}
}

func TestDecideTranscripts(t *testing.T) {
	transcript.Replay(t, "decide", func(t *testing.T) func(string) []string {
		var policy Policy
		var history History
		streaks := map[string]int{}
		return func(line string) []string {
			words, values := transcript.Fields(line)
			if words[0] == "policy" {
				policy, history = parsePolicy(t, values), History{}
				clear(streaks)
				return nil
			}
			require.Contains(t, exits, words[1])
			failure := Failure{
				Exit: exits[words[1]], Streak: streaks[words[0]],
				Now: duration(t, values["at"]), Ran: duration(t, values["ran"]),
				Restart: map[string]Restart{"transient": Transient, "temporary": Temporary}[values["restart"]],
			}
			if text := values["random"]; text != "" {
				var err error
				failure.Random, err = strconv.ParseFloat(text, 64)
				require.NoError(t, err)
			}
			var decision Decision
			decision, history = policy.Decide(failure, history)
			if decision.Action != RestartAfter {
				return []string{decision.Action.String()}
			}
			streaks[words[0]] = decision.Attempt
			return []string{fmt.Sprintf("restart in %s, attempt %d", decision.Delay, decision.Attempt)}
		}
	})
}

func parsePolicy(t *testing.T, values map[string]string) Policy {
	var p Policy
	if text := values["intensity"]; text != "" {
		var err error
		p.Intensity, err = strconv.Atoi(text)
		require.NoError(t, err)
	}
	p.Period = duration(t, values["period"])
	p.Backoff = Backoff{Min: duration(t, values["min"]), Max: duration(t, values["max"]), ResetAfter: duration(t, values["reset"])}
	return p
}

// duration reads a duration; nothing is zero.
func duration(t *testing.T, text string) time.Duration {
	if text == "" {
		return 0
	}
	d, err := time.ParseDuration(text)
	require.NoError(t, err)
	return d
}

func TestCase51ExactlyIntensityRestartsAreAllowed(t *testing.T) {
	for _, intensity := range []int{1, 2, 10, 1000} {
		policy := Policy{Intensity: intensity, Period: time.Second}
		var history History
		var decision Decision
		for i := range intensity {
			decision, history = policy.Decide(Failure{Now: time.Duration(i)}, history)
			require.Equal(t, RestartAfter, decision.Action, "restart %d of %d", i+1, intensity)
		}
		decision, _ = policy.Decide(Failure{Now: time.Second}, history)
		assert.Equal(t, GiveUp, decision.Action, "one more than %d", intensity)
	}
}

func TestCase51HistoryStaysSmall(t *testing.T) {
	policy := Policy{Intensity: 100, Period: time.Second}
	var history History
	largest := 0
	for i := range 1_000_000 {
		var decision Decision
		// One in 10 ms and a bit: never more than 100 in a second.
		decision, history = policy.Decide(Failure{Now: time.Duration(i) * 10_100 * time.Microsecond}, history)
		if decision.Action != RestartAfter {
			require.Fail(t, "gave up", "restart %d", i)
		}
		largest = max(largest, cap(history.restarts))
	}
	assert.LessOrEqual(t, largest, 1024)
	assert.LessOrEqual(t, len(history.restarts), 100)
}
