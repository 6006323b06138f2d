package pool

import (
	"bytes"
	"cmp"
	"slices"
	"time"

	"brood/actors"
	"brood/actors/process"
)

// DefaultPoisonLimit is Spec.PoisonLimit's default.
const DefaultPoisonLimit = 100

// Poisoned is a task that was set aside because workers died with it as often as
// the pool allows.
type Poisoned struct {
	// ID names it in this pool: for Rerun and Forget.
	ID uint64
	// Task is the task, with a payload of its own.
	Task actors.Task
	// Exits are the ends of the workers that died with it, oldest first, those of
	// runs by hand included.
	Exits []actors.Exit
	// When it was set aside, the last time.
	When time.Time
	// Running says that it is being run again by hand.
	Running bool
}

// PoisonList is what a pool has set aside.
type PoisonList struct {
	// Tasks are set aside, the one that has been so for the longest first.
	Tasks []Poisoned
	// Dropped counts those that are not listed any more because there were
	// too many.
	Dropped uint64
}

// ListPoison asks for the PoisonList on Reply, which needs room for one.
type ListPoison struct{ Reply chan<- PoisonList }

// Rerun asks to run the task with this ID again, as if it were new, and to answer
// Call with the result.
type Rerun struct {
	ID   uint64
	Call *process.Call
}

// Forget asks to drop the task with this ID and to say on Reply, which needs room
// for one, whether it was there.
type Forget struct {
	ID    uint64
	Reply chan<- bool
}

// setAside is one entry of the list.
type setAside struct {
	Poisoned
	run *join // of the one by hand
}

// poison is the list.
type poison struct {
	limit   int
	lastID  uint64
	dropped uint64
	tasks   []*setAside
}

// add sets a task aside, as the one that was set aside last. of is what was run
// again by hand, or nil.
func (l *poison) add(of *setAside, task actors.Task, exits []actors.Exit, when time.Time) {
	if of == nil {
		l.lastID++
		of = &setAside{Poisoned: Poisoned{ID: l.lastID, Task: task}}
		of.Task.Payload = bytes.Clone(task.Payload)
	} else {
		l.remove(of.ID)
	}
	of.Exits = append(of.Exits, exits...)
	of.When = when
	l.tasks = append(l.tasks, of)
	if len(l.tasks) > l.limit {
		l.tasks = slices.Delete(l.tasks, 0, 1)
		l.dropped++
	}
}

// find returns the task with this ID, or nil.
func (l *poison) find(id uint64) *setAside {
	at, found := l.search(id)
	if !found {
		return nil
	}
	return l.tasks[at]
}

func (l *poison) search(id uint64) (int, bool) {
	at := slices.IndexFunc(l.tasks, func(s *setAside) bool { return s.ID == id })
	return max(at, 0), at >= 0
}

// remove drops the task with this ID and reports whether it was there.
func (l *poison) remove(id uint64) bool {
	at, found := l.search(id)
	if found {
		l.tasks = slices.Delete(l.tasks, at, at+1)
	}
	return found
}

func (l *poison) list() PoisonList {
	list := PoisonList{Dropped: l.dropped}
	for _, s := range l.tasks {
		one := s.Poisoned
		one.Exits, one.Running = slices.Clone(s.Exits), s.run != nil
		list.Tasks = append(list.Tasks, one)
	}
	return list
}

// setAside notes a task that was found to be poison.
func (p *pool) setAside(call *process.Call, err *actors.PoisonError) {
	task, of := call.Task, (*setAside)(nil)
	if j := enter(call).leads; j != nil {
		if len(j.sets) > 0 {
			of = j.sets[0]
		}
		if len(j.riders) > 0 {
			task.Tag, task.Timeout = j.riders[0].Task.Tag, j.riders[0].Task.Timeout
		}
	}
	p.poison.add(of, task, err.Exits, time.Now())
}

// rerun runs a task again that was set aside. Who asks for one that is being run
// joins that run.
func (p *pool) rerun(m *Rerun) {
	p.count(m.Call)
	set := p.poison.find(m.ID)
	if set == nil {
		p.answer(m.Call, actors.Result{Err: actors.ErrNotSetAside})
		return
	}
	cause := m.Call.Task.Cause
	m.Call.Task = set.Task
	m.Call.Task.Cause = cause
	j := cmp.Or(set.run, p.joins[set.Task.ID])
	if j == nil {
		var err error
		if j, err = p.lead(m.Call); err != nil {
			p.answer(m.Call, actors.Result{Err: err})
			return
		}
	}
	set.run, j.sets = j, append(j.sets, set)
	p.ride(j, m.Call)
}

// cured takes off the list what a child has answered at last.
func (p *pool) cured(j *join) {
	for _, set := range j.sets {
		p.poison.remove(set.ID)
	}
}
