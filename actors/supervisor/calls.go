package supervisor

import (
	"fmt"
	"slices"

	"brood/actors"
)

// call takes a request. It is answered at once, or when what it asks for is done.
func (m *machine) call(call *Call) {
	if request, ok := call.Request.(ListChildren); ok {
		m.answer(call, &Answer{Request: request, Children: m.list()})
		return
	}
	if m.phase >= stopping {
		m.answer(call, &Answer{Err: fmt.Errorf("supervisor: %w", actors.ErrStopping)})
		return
	}
	var err error
	switch r := call.Request.(type) {
	case AddChild:
		err = m.add(call, r)
	case StopChild:
		err = m.stopChild(call, m.about(r.ID))
	case StartChild:
		err = m.startChild(call, m.about(r.ID))
	case RemoveChild:
		err = m.removeChild(call, m.about(r.ID))
	case ResetChild:
		err = m.reset(call, m.about(r.ID))
	default:
		err = fmt.Errorf("unknown request %T", r)
	}
	if err != nil {
		m.answer(call, &Answer{Err: err})
	}
}

// about returns the child that a call names, which this step is then about.
func (m *machine) about(id string) *child {
	m.subject[0] = m.find(id)
	return m.subject[0]
}

func (m *machine) answer(call *Call, answer *Answer) {
	answer.Request = call.Request
	m.do(effect{kind: fxAnswer, call: call, answer: answer})
}

func (m *machine) answerStarter(c *child, answer *Answer) {
	if c.starter != nil {
		m.answer(c.starter, answer)
		c.starter, c.added = nil, false
	}
}

// stoppedEarly is for the starter of a child that is stopped before it has started.
func stoppedEarly(c *child) *Answer {
	return &Answer{Err: &StartFailedError{ID: c.ID, Exit: byRequest()}}
}

func (m *machine) answerStoppers(c *child) {
	for _, call := range c.stoppers {
		m.answer(call, &Answer{})
	}
	c.stoppers = nil
}

func (m *machine) add(call *Call, r AddChild) error {
	if known := m.find(r.ID); known != nil {
		if known.state == starting || known.state == up {
			return fmt.Errorf("supervisor: child %s: %w", r.ID, ErrAlreadyStarted)
		}
		return fmt.Errorf("supervisor: child %s: %w", r.ID, ErrAlreadyPresent)
	}
	spec, err := m.made(r)
	if err != nil {
		return err
	}
	if faults := spec.faults(m.spec); len(faults) > 0 {
		return oneLine("supervisor: add child: ", joined(faults))
	}
	at, err := m.place(&spec)
	if err != nil {
		return err
	}
	m.subject[0] = &child{Child: spec, added: true, starter: call}
	m.enter(m.subject[0], at)
	m.dirty = true
	return nil
}

// place returns where a new child belongs: behind the others, but before who needs
// it, which may have been there before it was removed and is added again.
func (m *machine) place(spec *Child) (int, error) {
	at := len(m.children)
	if m.needs {
		needy := slices.IndexFunc(m.children, func(d *child) bool { return slices.Contains(d.After, spec.ID) })
		if needy >= 0 {
			at = needy
		}
	}
	for _, id := range spec.After {
		i := slices.IndexFunc(m.children, func(d *child) bool { return d.ID == id })
		switch {
		case i < 0:
			return 0, fmt.Errorf("supervisor: add child: After names %q, which is no sibling", id)
		case i >= at:
			return 0, fmt.Errorf("supervisor: add child: After goes in a circle: %s after %s", spec.ID, id)
		}
	}
	return at, nil
}

// made returns the child that is to be added.
func (m *machine) made(r AddChild) (spec Child, err error) {
	switch {
	case m.spec.Strategy == Dynamic:
		spec, err = m.spec.Template(r.ID, r.Argument)
	case r.Make != nil:
		spec, err = r.Make()
	default:
		spec = r.Child
	}
	spec.ID = r.ID
	return spec, err
}

func (m *machine) stopChild(call *Call, c *child) error {
	if c == nil {
		return ErrNotFound
	}
	m.dirty, c.open = true, false
	if c.goal != toGo {
		c.goal = toRest
		if c.Restart == Temporary || m.spec.Strategy == Dynamic {
			c.goal, c.removed = toGo, true
		}
	}
	m.answerStarter(c, stoppedEarly(c))
	c.stoppers = append(c.stoppers, call)
	if c.state != absent {
		return nil
	}
	if c.pausing {
		c.pausing = false
		m.quiet(c)
	}
	c.ordered, c.first = false, false
	m.emitEnded(c)
	if !c.removed {
		m.answerStoppers(c)
	}
	return nil
}

// idle returns why c is not at rest; nil if it is.
func (m *machine) idle(c *child) error {
	switch {
	case c == nil:
		return ErrNotFound
	case m.spec.Strategy == Dynamic:
		return ErrDynamic
	case c.state != absent || c.goal == toGo:
		return fmt.Errorf("child %s: %w", c.ID, ErrRunning)
	case c.goal != toRest:
		return fmt.Errorf("child %s: %w", c.ID, ErrRestarting)
	}
	return nil
}

func (m *machine) startChild(call *Call, c *child) error {
	if err := m.idle(c); err != nil {
		return err
	}
	c.goal, c.ordered, c.streak, c.starter, m.dirty = toRun, false, 0, call, true
	return nil
}

func (m *machine) removeChild(call *Call, c *child) error {
	if err := m.idle(c); err != nil {
		return err
	}
	c.goal, c.removed, m.dirty = toGo, true, true
	c.stoppers = append(c.stoppers, call)
	return nil
}

func (m *machine) reset(call *Call, c *child) error {
	if c == nil {
		return ErrNotFound
	}
	m.history, m.dirty = History{}, true
	c.streak, c.open = 0, false
	if c.pausing {
		c.pausing = false
		m.quiet(c)
	}
	if m.group.pending && c.goal == toReturn {
		m.group.due = true
		m.do(effect{kind: fxQuietGroup})
	}
	m.answer(call, &Answer{})
	return nil
}
