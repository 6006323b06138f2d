package supervisor

import (
	"fmt"
	"maps"
	"slices"
	"testing"
	"time"

	"github.com/asynkron/protoactor-go/actor"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"brood/actors"
)

// bytes are what a fuzz target makes its decisions by; at their end all are 0.
type bytes []byte

func (b *bytes) next() byte {
	if len(*b) == 0 {
		return 0
	}
	first := (*b)[0]
	*b = (*b)[1:]
	return first
}

func (b *bytes) one(of int) int { return int(b.next()) % of }

// idle is an actor's Props that nothing spawns.
var idle = someProps()

// prompt plays an actor that does at once what the machine says, and children
// that answer at once.
type prompt struct {
	machine *machine
	now     time.Duration
	fate    map[string][]string
	log     []string
}

func (p *prompt) tell(in input) {
	queue := []input{in}
	for len(queue) > 0 {
		in := queue[0]
		queue = queue[1:]
		in.now = p.now
		for _, e := range p.machine.step(in) {
			queue = append(queue, p.follow(e)...)
		}
	}
}

// follow returns what follows from e.
func (p *prompt) follow(e effect) []input {
	c := e.child
	switch e.kind {
	case fxLaunch:
		p.log = append(p.log, "launch "+c.ID)
		c.pid = actor.NewPID("here", c.ID)
		switch fated(p.fate, c.ID) {
		case "ignored":
			return []input{{kind: inEnded, child: c, exit: exits["ignored"]}}
		case "fails":
			return []input{{kind: inEnded, child: c, exit: exits["start-failed"]}}
		}
		return []input{{kind: inReady, child: c}}
	case fxAsk:
		p.log = append(p.log, "ask "+c.ID)
		return []input{{kind: inEnded, child: c, exit: exits["stopped"]}, {kind: inStopped, child: c}}
	case fxEnd:
		c.pid = nil
		return []input{{kind: inGone, child: c}}
	case fxArm:
		return []input{{kind: inDue, child: c}}
	case fxArmGroup:
		return []input{{kind: inGroupDue}}
	case fxAnswer:
		p.log = append(p.log, verdict(e.answer))
	case fxReady:
		p.log = append(p.log, "all started")
	case fxLeave:
		word := p.machine.reason.String()
		if p.machine.reason == actors.ReasonStopped {
			word = "stopped"
		}
		p.log = append(p.log, "over: "+word)
	}
	return nil
}

// FuzzMachine compares the machine with the model, where every start and every
// stop is answered at once: who is started and stopped and in what order, what is
// answered, and how it ends.
func FuzzMachine(f *testing.F) {
	for _, seed := range modelSeeds {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		got, want := compare(t, data, func(*Spec) {})
		require.Equal(t, want, got)
	})
}

// A machine with another rule than the model's is found out.
func TestModelFindsOtherRules(t *testing.T) {
	for name, change := range map[string]func(*Spec){
		"strategy":     func(s *Spec) { s.Strategy = OneForOne },
		"intensity":    func(s *Spec) { s.Intensity++ },
		"period":       func(s *Spec) { s.Period-- },
		"auto":         func(s *Spec) { s.AutoShutdown = AllSignificant },
		"children":     func(s *Spec) { slices.Reverse(s.Children) },
		"kind":         func(s *Spec) { s.Children[0].Restart = Transient },
		"after a code": func(s *Spec) { s.Children[0].FinalCodes = []int{3} },
	} {
		found := false
		for _, seed := range modelSeeds {
			got, want := compare(t, []byte(seed), func(s *Spec) {
				if len(s.Children) > 0 {
					change(s)
				}
			})
			found = found || !slices.Equal(got, want)
		}
		assert.True(t, found, name)
	}
}

// modelSeeds: flags, the number of children, each one's flags, the fate of the first
// starts of six, and what happens to whom.
var modelSeeds = []string{
	"",
	"\x10\x03\x00\x01\x02" + wellFated + "\x00\x00\x02\x00\x64\x01\x00",                              // at the edge of the period
	"\x31\x03\x00\x00\x02" + "\x00\x04\x00\x00\x00\x00" + "\x01\x00\x04\x01\x01\x00\x05\x01",         // one_for_all, a sibling fails
	"\x32\x04\x00\x20\x01\x00" + "\x00\x01\x30\x00\x00\x00" + "\x01\x01\x04\x02\x05\x02\x06\x02",     // rest_for_one, patient
	"\x23\x00" + "\x00\x00\x01\x00\x00\x00" + "\x03\x00\x00\x03\x01\x01\x03\x02\x00\x01\x00\x00\x01", // simple_one_for_one
	"\x14\x03\x00\x11\x12" + wellFated + "\x01\x00\x00\x01",                                          // any_significant
	"\x18\x03\x11\x12\x00" + wellFated + "\x01\x01\x04\x02\x00\x00",                                  // all_significant
	"\x10\x03\x00\x00\x00" + "\x00\x00\x01\x00\x00\x00",                                              // fails to start
	"\x10\x02\x00\x01" + "\x00\x03\x00\x3f\x00\x00" + "\x03\x03\x00\x05\x03\x05\x03\x06\x03\x07\x00", // ignored
}

const wellFated = "\x00\x00\x00\x00\x00\x00"

// compare plays the same to a machine, whose spec change may change, and the model.
func compare(t *testing.T, data []byte, change func(*Spec)) (got, want []string) {
	b := bytes(data)
	spec, m := drawSpec(&b)
	require.NoError(t, spec.validate())
	change(&spec)
	p := &prompt{machine: newMachine(&spec), fate: maps.Clone(m.fate)}
	p.tell(input{kind: inBegin})
	m.begin()
	for range 48 {
		if len(b) == 0 || m.over {
			break
		}
		play(&b, p, m)
	}
	if !m.over {
		p.tell(input{kind: inStop})
		m.end("stopped")
	}
	return p.log, m.log
}

// drawSpec makes a supervisor of bytes, for both.
func drawSpec(b *bytes) (Spec, *model) {
	flags := b.next()
	spec := Spec{
		Strategy: Strategy(flags & 3), AutoShutdown: AutoShutdown(flags >> 2 & 3 % 3), Intensity: int(flags >> 4 & 3),
		Period: time.Second, Backoff: Backoff{Min: -1},
	}
	m := &model{
		strategy: spec.Strategy, auto: spec.AutoShutdown, intensity: spec.Intensity,
		period: time.Second, fate: map[string][]string{},
	}
	n := b.one(6)
	if spec.Strategy == Dynamic {
		n = 0
		spec.Template = func(_ string, argument any) (Child, error) { return argument.(Child), nil }
	}
	for i := range n {
		child, k := drawChild(b, fmt.Sprint("c", i), &spec)
		k.first = true
		spec.Children = append(spec.Children, child)
		m.kids = append(m.kids, &k)
	}
	for i := range 6 {
		for fates := b.next(); fates > 0; fates >>= 2 {
			m.fate[fmt.Sprint("c", i)] = append(m.fate[fmt.Sprint("c", i)], []string{"", "fails", "fails", "ignored"}[fates&3])
		}
	}
	return spec, m
}

func drawChild(b *bytes, id string, spec *Spec) (Child, kid) {
	flags := b.next()
	child := Child{ID: id, Props: idle, Restart: Restart(flags & 15 % 3)}
	child.Significant = flags&16 != 0 && child.Restart != Permanent && spec.AutoShutdown != Never
	child.Patient = flags&32 != 0
	return child, kid{id: id, restart: child.Restart, significant: child.Significant, patient: child.Patient, wanted: true}
}

// play does the same thing to both.
func play(b *bytes, p *prompt, m *model) {
	what, id := b.one(8), fmt.Sprint("c", b.one(6))
	call := func(request any, added kid) {
		p.tell(input{kind: inCall, call: &Call{Request: request}})
		m.call(request, added)
	}
	switch what {
	case 0, 1:
		if i := m.index(id); i >= 0 && m.kids[i].running {
			exit := exits[[]string{"exit-0", "exit-3"}[what]]
			p.tell(input{kind: inEnded, child: p.machine.find(id), exit: exit})
			m.crash(m.kids[i], what == 0)
		}
	case 2:
		p.now += time.Duration(b.next()) * 10 * time.Millisecond
		m.now = p.now
	case 3:
		child, k := drawChild(b, id, p.machine.spec)
		call(AddChild{ID: id, Child: child, Argument: child}, k)
	case 4:
		call(StopChild{ID: id}, kid{})
	case 5:
		call(StartChild{ID: id}, kid{})
	case 6:
		call(RemoveChild{ID: id}, kid{})
	case 7:
		call(ResetChild{ID: id}, kid{})
	}
}
