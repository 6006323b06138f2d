package supervisor

import (
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/asynkron/protoactor-go/actor"
	"github.com/stretchr/testify/require"

	"brood/actors"
	"brood/tests/transcript"
)

// stage plays the part of the actor for the machine, as far as one line of a
// transcript says so. Nothing happens by itself: what the machine asks for is
// answered by a later line, or never.
//
//	supervisor strategy=rest_for_one intensity=3 period=5s    one, with
//	child a restart=transient shutdown=brutal significant     its children, which
//	begin                                                     is started
//	a b ready             a is ready, then b is
//	a down exit-3 at=1s   a's incarnation ends, at this time
//	a stopped             a answers Stop
//	a gone                a's actor has ended
//	a due; group due      the alarm rings
//	call add d            a Call, with a child's words behind it for add
//	stop grace=1s         the supervisor is asked to end
type stage struct {
	t       *testing.T
	spec    Spec
	machine *machine
	now     time.Duration
	alarms  map[*child]bool // which are set; those that are not need no quiet
}

func TestMachineTranscripts(t *testing.T) {
	transcript.Replay(t, "otp", func(t *testing.T) func(string) []string {
		s := &stage{t: t}
		return func(line string) []string {
			words, values := transcript.Fields(line)
			if at := values["at"]; at != "" {
				s.now = duration(t, at)
			}
			switch words[0] {
			case "supervisor":
				s.spec, s.machine, s.now, s.alarms = s.supervisor(values), nil, 0, map[*child]bool{}
			case "child":
				s.spec.Children = append(s.spec.Children, s.child(words[1:], values))
			case "begin":
				if err := s.spec.validate(); err != nil {
					return []string{"refused: " + err.Error()}
				}
				s.machine = newMachine(&s.spec)
				return s.tell(input{kind: inBegin})
			case "stop":
				return s.tell(input{kind: inStop, grace: duration(t, values["grace"])})
			case "call":
				return s.tell(input{kind: inCall, call: &Call{Request: s.request(words[1:], values)}})
			default:
				return s.happens(words)
			}
			return nil
		}
	})
}

// happens tells the machine of one event, for each child that the line names.
func (s *stage) happens(words []string) (said []string) {
	at := slices.IndexFunc(words, func(word string) bool {
		return slices.Contains([]string{"ready", "down", "stopped", "gone", "due"}, word)
	})
	require.GreaterOrEqual(s.t, at, 1, "no event in %q", words)
	for _, id := range words[:at] {
		if id == "group" {
			said = append(said, s.tell(input{kind: inGroupDue})...)
			continue
		}
		c := s.machine.find(id)
		require.NotNil(s.t, c, "no child %s", id)
		in := input{child: c}
		switch words[at] {
		case "ready":
			in.kind = inReady
		case "down":
			require.Contains(s.t, exits, words[at+1])
			in.kind, in.exit = inEnded, exits[words[at+1]]
		case "stopped":
			in.kind = inStopped
		case "gone":
			c.pid, in.kind = nil, inGone
		case "due":
			require.True(s.t, s.alarms[c], "no alarm of %s is set", id)
			delete(s.alarms, c)
			in.kind = inDue
		}
		said = append(said, s.tell(in)...)
	}
	return said
}

func (s *stage) tell(in input) (said []string) {
	in.now = s.now
	for _, e := range s.machine.step(in) {
		if line := s.describe(e); line != "" {
			said = append(said, line)
		}
	}
	return said
}

// supervisor reads a Spec. Without a word about it there is no pause, as in OTP.
func (s *stage) supervisor(values map[string]string) Spec {
	spec := Spec{
		Name:     "s",
		Period:   duration(s.t, values["period"]),
		Rest:     duration(s.t, values["rest"]),
		Backoff:  Backoff{Min: -1, Jitter: -1, Max: duration(s.t, values["max"]), ResetAfter: duration(s.t, values["reset"])},
		Parallel: s.number(values["parallel"]), Intensity: s.number(values["intensity"]),
		Strategy: map[string]Strategy{
			"one_for_all": OneForAll, "rest_for_one": RestForOne, "simple_one_for_one": Dynamic,
		}[values["strategy"]],
		AutoShutdown: map[string]AutoShutdown{
			"any_significant": AnySignificant, "all_significant": AllSignificant,
		}[values["auto_shutdown"]],
	}
	if values["min"] != "" {
		spec.Backoff.Min = duration(s.t, values["min"])
	}
	if spec.Strategy == Dynamic {
		spec.Template = func(id string, argument any) (Child, error) { return argument.(Child), nil }
	}
	return spec
}

// child reads a Child.
func (s *stage) child(words []string, values map[string]string) Child {
	c := Child{
		ID: words[0], Props: someProps(),
		Significant: slices.Contains(words, "significant"), Patient: slices.Contains(words, "patient"),
		Restart:      map[string]Restart{"transient": Transient, "temporary": Temporary}[values["restart"]],
		SuccessCodes: s.numbers(values["success"]), FinalCodes: s.numbers(values["final"]),
		FinalWithin: duration(s.t, values["final_within"]), MinUptime: duration(s.t, values["min_uptime"]),
	}
	if values["after"] != "" {
		c.After = strings.Split(values["after"], ",")
	}
	switch shutdown := values["shutdown"]; shutdown {
	case "brutal":
		c.Grace = -1
	case "infinity":
		c.Grace = Forever
	default:
		c.Grace = duration(s.t, shutdown)
	}
	return c
}

func (s *stage) request(words []string, values map[string]string) any {
	switch words[0] {
	case "add":
		child := s.child(words[1:], values)
		return AddChild{ID: words[1], Child: child, Argument: child}
	case "stop":
		return StopChild{ID: words[1]}
	case "start":
		return StartChild{ID: words[1]}
	case "remove":
		return RemoveChild{ID: words[1]}
	case "reset":
		return ResetChild{ID: words[1]}
	}
	return ListChildren{}
}

func (s *stage) number(text string) int {
	if text == "" {
		return 0
	}
	n, err := strconv.Atoi(text)
	require.NoError(s.t, err)
	return n
}

func (s *stage) numbers(text string) (all []int) {
	if text == "" {
		return nil
	}
	for part := range strings.SplitSeq(text, ",") {
		all = append(all, s.number(part))
	}
	return all
}

// describe puts an effect into words, and does of it what the machine reads: the
// PID. A quiet without an alarm says nothing.
func (s *stage) describe(e effect) string {
	c := e.child
	switch e.kind {
	case fxLaunch:
		c.pid = actor.NewPID("here", "s/"+c.ID)
		return "launch " + c.ID
	case fxAsk, fxEnd, fxArm:
		s.alarms[c] = true
	case fxQuiet:
		if !s.alarms[c] {
			return ""
		}
		delete(s.alarms, c)
	}
	if e.kind == fxLeave {
		if s.machine.why != nil {
			return "over: " + actors.Exit{Reason: s.machine.reason, Err: s.machine.why}.String()
		}
		return "over: " + s.machine.reason.String()
	}
	return words(e)
}
