package runtime

import (
	"cmp"
	"slices"

	"brood/actors"
)

// Child is one OS process that the Runtime runs.
type Child struct {
	// Name is that of the process, pool or command it belongs to.
	Name string
	// PID is its OS process id.
	PID int
	// Incarnation is its number among the runs of its process actor.
	Incarnation uint32
}

// Children returns the processes that run now, in the order of their ids. A
// process is among them from its start until it has been reaped and all its
// output delivered.
func (rt *Runtime) Children() []Child {
	rt.childrenMu.Lock()
	defer rt.childrenMu.Unlock()
	children := make([]Child, 0, len(rt.children))
	for _, c := range rt.children {
		children = append(children, c)
	}
	slices.SortFunc(children, func(a, b Child) int { return cmp.Compare(a.PID, b.PID) })
	return children
}

// note keeps Children up to date. It takes the events of a process actor, in
// its turn.
func (rt *Runtime) note(name string, event any) {
	rt.childrenMu.Lock()
	defer rt.childrenMu.Unlock()
	switch m := event.(type) {
	case *actors.Started:
		rt.children[m.Who.Id] = Child{Name: name, PID: m.PID, Incarnation: m.Incarnation}
	case *actors.Down:
		child, ran := rt.children[m.Who.Id]
		if !ran {
			child = Child{Name: name, Incarnation: m.Incarnation}
		}
		rt.reporting.child(child, m.Exit)
		delete(rt.children, m.Who.Id)
	}
}
