package supervisor

import (
	"slices"
	"time"

	"brood/actors"
)

// machine is all that a supervisor decides: it is told what happens and says what
// is to be done. It does nothing, starts nothing and reads no clock.
//
// Each child has a goal, which events and calls change, and a state, which
// follows it as far as the order among the children allows: takeDown and bringUp
// bring them together.
type machine struct {
	spec     *Spec
	policy   Policy
	children []*child
	byID     map[string]*child // nil while they are few
	phase    phase
	history  History
	why      error         // why it ends, if nobody asked it to
	reason   actors.Reason // of its own Exit
	grace    time.Duration // of the Stop that ends it; zero: each child's own
	group    group

	now    time.Duration
	random float64
	out    []effect
	// dirty says that goals or states have changed, so that more may be to do.
	dirty bool
	// subject is whom this step is about, in a place for it to be a list of one;
	// nil for all.
	subject [1]*child
	needs   bool // some child has needs (Child.After)
	left    int  // so many children, from the first, are gone: while stopping
}

// phase is where a supervisor is in its life.
type phase uint8

const (
	beginning phase = iota // its children are started for the first time
	running
	stopping // they are being stopped, for good
	over     // none is left
)

// group is a restart of several children together: they are taken down, and when
// all of them are, and the pause is over, brought up again.
type group struct {
	pending bool
	due     bool
	until   time.Duration
}

// goal is what is to become of a child.
type goal uint8

const (
	toRun    goal = iota // it is to run
	toReturn             // it is to be taken down, and to run again with its group
	toRest               // it is not to run
	toGo                 // it is not to run, and neither is its actor
)

// state is what a child does.
type state uint8

const (
	absent   state = iota // no incarnation
	starting              // told to start
	up                    // it has started
	lowering              // told to stop
)

// rung is how far the end of a child's actor has come.
type rung uint8

const (
	unasked rung = iota
	ending       // its actor was told to end
	abandoned
)

func newMachine(spec *Spec) *machine {
	m := &machine{spec: spec, policy: spec.policy(), reason: actors.ReasonStopped}
	for _, c := range spec.Children {
		m.enter(&child{Child: c, first: true, ordered: true}, len(m.children))
	}
	return m
}

// fewChildren are found as fast without a map, which a supervisor of one child,
// of which there can be thousands, need not have.
const fewChildren = 8

func (m *machine) enter(c *child, at int) {
	m.children = slices.Insert(m.children, at, c)
	m.needs = m.needs || len(c.After) > 0
	if m.byID == nil && len(m.children) > fewChildren {
		m.byID = make(map[string]*child, 2*fewChildren)
		for _, known := range m.children {
			m.byID[known.ID] = known
		}
	}
	if m.byID != nil {
		m.byID[c.ID] = c
	}
}

func (m *machine) find(id string) *child {
	if m.byID != nil {
		return m.byID[id]
	}
	for _, c := range m.children {
		if c.ID == id {
			return c
		}
	}
	return nil
}

// step takes what happened and returns what is to be done, in order. What it
// returns is good until the next call.
func (m *machine) step(in input) []effect {
	m.now, m.random, m.out = in.now, in.random, m.out[:0]
	c := in.child
	m.subject[0] = c
	switch in.kind {
	case inBegin:
		m.dirty = true
	case inReady:
		m.ready(c)
	case inEnded:
		m.ended(c, in.exit)
	case inStopped:
		m.stopped(c)
	case inGone:
		m.gone(c)
	case inDue:
		m.due(c)
	case inGroupDue:
		m.group.due, m.dirty = true, true
	case inStop:
		m.stop(in.grace)
	case inCall:
		m.call(in.call)
	}
	m.advance()
	return m.out
}

// advance brings states nearer to goals until there is nothing more to do now.
func (m *machine) advance() {
	for m.dirty {
		m.dirty = false
		m.regroup()
		m.takeDown()
		m.bringUp()
	}
	if m.phase == stopping && m.empty() {
		m.phase = over
		m.do(effect{kind: fxLeave})
	}
}

// concerned returns whose goal or state this step may have changed, or might. Where
// each child is by itself that is one, so that thousands do not cost more each.
func (m *machine) concerned() []*child {
	if m.spec.Strategy == Dynamic && m.spec.Parallel <= 1 && m.subject[0] != nil {
		return m.subject[:]
	}
	return m.children
}

// empty reports, of a supervisor that is stopping, whether nobody is left. Who is
// gone then stays so, and is not looked at again.
func (m *machine) empty() bool {
	for m.left < len(m.children) && !m.children[m.left].there() {
		m.left++
	}
	return m.left == len(m.children)
}

func (m *machine) do(e effect) { m.out = append(m.out, e) }

func (m *machine) emit(event Event) { m.do(effect{kind: fxEmit, event: event}) }

func (m *machine) arm(c *child, after time.Duration) {
	m.do(effect{kind: fxArm, child: c, after: after})
}

func (m *machine) quiet(c *child) { m.do(effect{kind: fxQuiet, child: c}) }

// emitEnded says that c has ended for good, unless that was said.
func (m *machine) emitEnded(c *child) {
	if c.told {
		c.told = false
		m.emit(ChildEnded{ID: c.ID, Exit: c.ending(), Forgotten: c.removed, Err: c.why})
	}
}
