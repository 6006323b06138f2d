package supervisor

import "time"

// list tells what each child is doing.
func (m *machine) list() []Info {
	infos := make([]Info, 0, len(m.children))
	for _, c := range m.children {
		info := Info{
			ID: c.ID, State: m.stateOf(c), PID: c.pid, Restart: c.Restart,
			Restarts: c.restarts, Exit: c.ending(),
		}
		if c.exit == nil && c.last != nil {
			info.Exit = *c.last
		}
		// The machine knows no wall clock: its own time is what the actor adds to.
		if c.pausing {
			info.NextTry = time.Time{}.Add(c.until)
		} else if c.goal == toReturn {
			info.NextTry = time.Time{}.Add(m.group.until)
		}
		infos = append(infos, info)
	}
	return infos
}

func (m *machine) stateOf(c *child) State {
	switch {
	case c.state == lowering || c.rung != unasked:
		return StateStopping
	case c.state == starting:
		return StateStarting
	case c.state == up && c.goal != toRun:
		return StateStopping
	case c.state == up:
		return StateRunning
	case c.open:
		return StateOpen
	case c.pausing || c.goal == toReturn || c.goal == toRun && c.ran:
		return StateRestarting
	case c.goal == toRun:
		return StateWaiting
	}
	return StateStopped
}
