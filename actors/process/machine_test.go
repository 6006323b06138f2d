package process

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"brood/actors"
	"brood/tests/transcript"
)

// The life of a child, event by event. An event line is what happened; below
// it stand the effects and the state after it.
func TestMachineTranscripts(t *testing.T) {
	transcript.Replay(t, "machine", func(t *testing.T) func(string) []string {
		var s state
		l := limits{hello: true, startTimeout: 10 * time.Second, drain: 2 * time.Second, grace: 5 * time.Second, cancelStep: time.Second}
		return func(line string) []string {
			words, values := transcript.Fields(line)
			if words[0] == "limits" {
				l.hello = values["hello"] != "false"
				l.proof = values["proof"] == "true"
				l.plan = parsePlan(t, values["plan"])
				return nil
			}
			var effects []effect
			s, effects = step(s, parseEvent(t, words[0], values), l)
			var said []string
			for _, e := range effects {
				said = append(said, e.String())
			}
			return append(said, describe(s))
		}
	})
}

func parseEvent(t *testing.T, word string, values map[string]string) event {
	t.Helper()
	number := func(name string) int {
		n, err := strconv.Atoi(values[name])
		require.NoError(t, err, name)
		return n
	}
	var err error
	if values["err"] != "" {
		err = errors.New(values["err"])
	}
	switch word {
	case "start":
		return event{kind: evStart}
	case "spawned":
		return event{kind: evSpawned, streams: number("streams")}
	case "spawn-failed":
		return event{kind: evSpawnFailed, err: err}
	case "hello":
		return event{kind: evHello}
	case "proven":
		return event{kind: evProven}
	case "unhealthy":
		return event{kind: evUnhealthy, err: err, gentle: values["gentle"] == "true"}
	case "fault":
		return event{kind: evFault, reason: actors.ReasonProtocol, err: err}
	case "overdue":
		return event{kind: evOverdue, err: err}
	case "stop":
		grace, bad := time.ParseDuration(values["grace"])
		require.NoError(t, bad)
		return event{kind: evStop, grace: grace, reason: reasonNamed(t, values["reason"]), err: err}
	case "step-failed":
		return event{kind: evStepFailed}
	case "stream-ended":
		return event{kind: evStreamEnded}
	case "wire-ended":
		return event{kind: evWireEnded, err: err}
	case "wire-broken":
		return event{kind: evWireBroken}
	case "exited":
		return event{kind: evExited}
	case "expired":
		for i, name := range timerNames {
			if name == values["timer"] {
				more, _ := time.ParseDuration(values["more"])
				return event{kind: evExpired, timer: timer(i), busy: values["busy"] == "true", more: more, err: err}
			}
		}
	}
	t.Fatalf("unknown event %q %v", word, values)
	return event{}
}

// parsePlan reads a stop plan: "message:1s,other:500ms".
func parsePlan(t *testing.T, text string) (plan StopPlan) {
	t.Helper()
	for step := range strings.SplitSeq(text, ",") {
		if deed, wait, ok := strings.Cut(step, ":"); ok {
			d, err := time.ParseDuration(wait)
			require.NoError(t, err)
			plan = append(plan, StopStep{Message: deed == "message", Wait: d})
		}
	}
	return plan
}

func reasonNamed(t *testing.T, word string) actors.Reason {
	t.Helper()
	if word == "" {
		return 0
	}
	for r := range actors.ReasonZygoteEnded + 1 {
		if strings.ReplaceAll(r.String(), " ", "-") == word {
			return r
		}
	}
	t.Fatalf("no reason %q", word)
	return 0
}

func describe(s state) string {
	text := fmt.Sprintf("= %s #%d", s.phase, s.incarnation)
	if s.open != 0 {
		text += fmt.Sprintf(" open=%d", s.open)
	}
	if s.stop {
		text += " stop"
	}
	if s.reason != 0 {
		text += fmt.Sprintf(" reason=%q", s.reason)
	}
	if s.cause != nil {
		text += fmt.Sprintf(" cause=%q", s.cause)
	}
	if s.cut {
		text += " cut"
	}
	return text
}

// Whatever happens in whatever order, an incarnation ends once, and Stop is
// answered: the machine can not get stuck while its alarms ring.
func TestMachineAlwaysEnds(t *testing.T) {
	for name, plan := range map[string]StopPlan{
		"the usual way": nil,
		"a plan":        {{Message: true, Wait: time.Second}, {Signal: 2, Wait: time.Second}, {CloseStdin: true}},
	} {
		t.Run(name, func(t *testing.T) {
			testMachineAlwaysEnds(t, limits{hello: true, proof: true, startTimeout: time.Second, drain: time.Second, grace: time.Second, plan: plan})
		})
	}
}

func testMachineAlwaysEnds(t *testing.T, l limits) {
	events := []event{
		{kind: evHello}, {kind: evFault, reason: actors.ReasonProtocol}, {kind: evStop}, {kind: evStop, grace: -1},
		{kind: evStreamEnded}, {kind: evWireEnded}, {kind: evExited}, {kind: evStart}, {kind: evWireBroken}, {kind: evStepFailed},
		{kind: evProven}, {kind: evUnhealthy}, {kind: evUnhealthy, gentle: true}, {kind: evOverdue},
	}
	for seed := range 40000 {
		s, _ := step(state{}, event{kind: evStart}, l)
		s, _ = step(s, event{kind: evSpawned, streams: 3}, l)
		ends, streams, exited := 0, 3, false
		var armed []timer
		apply := func(ev event) {
			var effects []effect
			s, effects = step(s, ev, l)
			for _, e := range effects {
				switch e.kind {
				case efEnd:
					ends++
				case efDisarm:
					armed = nil
				case efDisarmOne:
					armed = slices.DeleteFunc(armed, func(t timer) bool { return t == e.timer })
				case efArm:
					armed = append(slices.DeleteFunc(armed, func(t timer) bool { return t == e.timer }), e.timer)
				}
			}
		}
		for n := seed; n > 0 && s.phase != idle; n /= len(events) {
			ev := events[n%len(events)]
			switch ev.kind {
			case evStreamEnded, evWireEnded:
				if streams == 0 {
					continue
				}
				streams--
			case evExited:
				if exited {
					continue
				}
				exited = true
			}
			apply(ev)
		}
		if s.phase != idle {
			apply(event{kind: evStop, grace: time.Second}) // again, or for the first time
		}
		// From here only alarms ring: the child never ends by itself.
		for range 10 {
			if s.phase == idle || len(armed) == 0 {
				break
			}
			next := armed[0]
			armed = armed[1:]
			apply(event{kind: evExpired, timer: next})
		}
		require.Equal(t, idle, s.phase, "seed %d: stuck in %s", seed, describe(s))
		assert.Equal(t, 1, ends, "seed %d", seed)
	}
}
