//go:build unix

package tree

import (
	"errors"
	"sync"
	"sync/atomic"
	"syscall"
	"time"
)

// self is what is true of this process as an owner of children. It is kept once
// because the process is one: it has one guardian, one place among the cgroups
// and one mark, however many packages start children.
var self = new(owner)

// owner knows the trees of this process. Safe for concurrent use.
type owner struct {
	probing sync.Mutex
	can     atomic.Pointer[abilities] // found out at the first start
	stale   atomic.Bool               // can is not so any more

	mu       sync.Mutex
	last     uint64           // number of the last tree
	trees    map[*Tree]uint64 // those entered and not released, with their numbers
	leaders  map[int]*Tree    // by process id, until they are reaped
	guardian *guardian        // nil while there is nothing to guard
	leaving  *guardian        // was sent home last
	idle     *time.Timer      // sends the guardian home
	sweeps   sweeps
	reaper   reaper
}

// abilities are what a probe found this machine to allow.
type abilities struct {
	name  string // of this process as an owner
	outer string // the mark of the tree that this process is itself in
	level Level
	// cgroups is where trees get their directories; used at LevelCgroup.
	cgroups cgroupBase
	maxPID  int // the highest process id that is given out; 0: unknown
	// why tells what is in the way of a stronger level.
	why error
}

// abilities returns what the probe found. It is called after a first start.
func (o *owner) abilities() abilities { return *o.can.Load() }

// find makes the probe, unless one was made. A probe that could not be made now,
// for lack of descriptors, processes or memory, is the error: what it would find
// another time is not known.
func (o *owner) find() error {
	o.probing.Lock()
	defer o.probing.Unlock()
	name := ""
	if before := o.can.Load(); before != nil {
		if !o.stale.Load() {
			return nil
		}
		name = before.name // trees are known by it
	}
	can, err := probe(name)
	for _, lack := range []error{syscall.EMFILE, syscall.ENFILE, syscall.EAGAIN, syscall.ENOMEM} {
		if errors.Is(err, lack) {
			return &SetupError{err}
		}
	}
	o.can.Store(&can)
	o.stale.Store(false)
	return nil
}

// forget makes the next start probe again, if what the last probe found is not so
// any more: the cgroup that this process was in then has been removed, or is not
// its own any more.
func (o *owner) forget(err error) bool {
	var setup *SetupError
	gone := errors.Is(err, syscall.ENOENT) || errors.Is(err, syscall.EACCES) || errors.Is(err, syscall.EROFS)
	if !errors.As(err, &setup) || !gone {
		return false
	}
	o.stale.Store(true)
	return true
}

// level decides on the level of a new tree.
func (o *owner) level(spec Spec) (Level, error) {
	if spec.Detached && spec.Require <= LevelGroup {
		return LevelGroup, nil
	}
	if err := o.find(); err != nil {
		return 0, err
	}
	can := o.abilities()
	level := can.level
	if spec.Limit != 0 && spec.Limit < level {
		level = spec.Limit
	}
	level = max(level, LevelGroup) // there is no less where there are groups
	if spec.Detached {
		level = LevelGroup
	}
	if level < spec.Require {
		return 0, &LevelError{Required: spec.Require, Available: level, Err: can.why}
	}
	return level, nil
}

// enter makes t one of the trees of this process, with a guardian that knows
// of it, and prepares what its level needs. The reach's release undoes it.
func (o *owner) enter(t *Tree, spec *Spec) (reach, error) {
	if spec.Detached {
		return unreached{}, spec.Cgroup.unavailable()
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	if err := o.guard(); err != nil {
		if len(o.trees) == 0 {
			o.dismissLater()
		}
		return nil, &SetupError{err}
	}
	o.last++
	if o.trees == nil {
		o.trees, o.leaders = map[*Tree]uint64{}, map[int]*Tree{}
	}
	o.trees[t] = o.last
	r, err := o.reachOf(t, o.last, spec)
	if err != nil {
		o.remove(t)
		return nil, err
	}
	return r, nil
}

// started notes the process id of a tree.
func (o *owner) started(t *Tree) {
	if t.detached {
		return
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	o.leaders[t.pid] = t
	if t.level == LevelGroup {
		o.guardian.watchGroup(t.pid)
	}
}

// leave forgets a tree that has been reaped, or was not started.
func (o *owner) leave(t *Tree) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if t.level == LevelGroup && t.pid != 0 {
		o.guardian.forgetGroup(t.pid)
	}
	if o.leaders[t.pid] == t {
		delete(o.leaders, t.pid)
	}
	o.remove(t)
}

func (o *owner) remove(t *Tree) {
	delete(o.trees, t)
	if len(o.trees) == 0 {
		o.dismissLater()
	}
}

// detachedEnded lets go of what only waited for a detached tree.
func (o *owner) detachedEnded() {
	o.mu.Lock()
	defer o.mu.Unlock()
	if len(o.trees) == 0 {
		o.dismissLater()
	}
}

// unreached is the reach of a detached tree: nothing beyond its group.
type unreached struct{}

func (unreached) kill()             {}
func (unreached) thaw()             {}
func (unreached) members() []int    { return nil }
func (unreached) clear(bool) []int  { return nil }
func (unreached) gone() bool        { return true }
func (unreached) outOfMemory() bool { return false }
func (unreached) release()          {}

// group is the reach of LevelGroup: the group, which Tree itself signals, and a
// guardian that knows its id.
type group struct {
	unreached
	tree *Tree
}

func (g group) release() { self.leave(g.tree) }
