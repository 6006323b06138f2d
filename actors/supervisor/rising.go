package supervisor

// bringUp starts who is to run, as far as the order allows.
func (m *machine) bringUp() {
	if m.phase >= stopping {
		return
	}
	busy := 0
	for _, c := range m.concerned() {
		if c.state == starting {
			busy++
		}
	}
	ordered, before := m.spec.ordered(), false
	for _, c := range m.concerned() {
		if c.goal != toRun {
			continue
		}
		if c.state == absent && !c.pausing && !(ordered && c.ordered && before) &&
			(ordered || m.spec.Parallel <= 1 || busy < m.spec.Parallel) && m.needsMet(c) {
			m.launch(c)
			busy++
		}
		if c.ordered && c.state != up {
			before = true
		}
	}
	if m.phase == beginning && !before && !m.group.pending {
		m.phase = running
		m.do(effect{kind: fxReady})
	}
}

// needsMet reports whether all that c needs has started, or ended with success.
// What is not there any more is not waited for.
func (m *machine) needsMet(c *child) bool {
	for _, id := range c.After {
		if d := m.find(id); d != nil && d.state != up && !d.succeeded() {
			return false
		}
	}
	return true
}

func (m *machine) launch(c *child) {
	c.why = nil
	if c.ran {
		c.restarts++
	}
	if c.exit != nil {
		c.last, c.exit = c.exit, nil
	}
	c.ran, c.told = true, true
	c.state, c.since, c.settling = starting, m.now, false
	m.do(effect{kind: fxLaunch, child: c})
}

// ready takes the word of a child that it runs. It has started when it has
// lasted for its MinUptime.
func (m *machine) ready(c *child) {
	switch {
	case c.state != starting || c.settling:
	case c.MinUptime > 0:
		c.settling = true
		m.arm(c, c.MinUptime)
	default:
		m.started(c)
	}
}

func (m *machine) started(c *child) {
	c.state, m.dirty = up, true
	c.ordered, c.first, c.settling = false, false, false
	m.emit(ChildStarted{ID: c.ID, PID: c.pid})
	m.answerStarter(c, &Answer{PID: c.pid})
}

// regroup brings a group up again when all of it is down and its pause is over.
func (m *machine) regroup() {
	if !m.group.pending || !m.group.due {
		return
	}
	for _, c := range m.children {
		if c.goal != toRun && c.goal != toRest && c.state != absent {
			return
		}
	}
	m.group = group{}
	for _, c := range m.children {
		if c.goal == toReturn {
			c.goal, c.ordered, c.open = toRun, true, false
		}
	}
}
