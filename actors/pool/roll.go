package pool

import (
	"errors"
	"fmt"

	"brood/actors"
)

// What a request to change a pool's workers is refused for.
var (
	// ErrRolling: another roll is under way.
	ErrRolling = errors.New("a roll is under way")
	// ErrNoWorker: there is no worker with this number, or it is leaving.
	ErrNoWorker = errors.New("no such worker")
	// ErrSize: a pool can not have so many workers: fewer than one, or more than it
	// has slots for.
	ErrSize = errors.New("impossible number of workers")
	// ErrRollStopped: a roll did not come to its end. A *RollError says why.
	ErrRollStopped = errors.New("roll stopped")
)

// RollError says that a roll has stopped before all workers were replaced. Those
// that were are kept, and so are the old ones that were not. It matches
// ErrRollStopped.
type RollError struct {
	// Replaced workers are of the new kind, Old ones are not.
	Replaced, Old int
	// Err is why: a new one did not become ready, or whoever asked gave up.
	Err error
}

// Error counts the workers and names the cause.
func (e *RollError) Error() string {
	return fmt.Sprintf("roll stopped with %d workers replaced and %d not: %v", e.Replaced, e.Old, e.Err)
}

// Is reports whether target is ErrRollStopped.
func (e *RollError) Is(target error) bool { return target == ErrRollStopped }

// Unwrap returns the cause.
func (e *RollError) Unwrap() error { return e.Err }

// roll is a replacement of all members by those of a new version.
type roll struct {
	version int
	atOnce  int
	reply   chan<- error
	filling filling
}

// filling is how far the pool has come to having as many members as it is to have.
// Where members are replaced all the time that may never be so at one moment: then
// it counts that as many as were missing have come.
type filling struct{ goal uint64 }

func (c *crew) filled(f *filling, t tally) bool {
	if t.serving >= c.target {
		return true
	}
	if f.goal == 0 {
		f.goal = c.joins + uint64(c.target-t.serving)
	}
	return c.joins >= f.goal
}

// waiter waits for what it asked for: one that was replaced, or a size.
type waiter struct {
	reply  chan<- error
	member int    // that is to be gone; -1: none
	hire   int    // … and which one of those that had the number
	run    uint32 // … and its incarnation: one that was restarted is a new one, too
	size   int    // that is to be reached, if member is -1

	filling filling
}

// startRoll begins to replace all members, so many at once.
func (c *crew) startRoll(atOnce int, reply chan<- error) error {
	if c.roll != nil {
		return ErrRolling
	}
	if c.closed != nil {
		return c.closed
	}
	c.versions++
	c.roll = &roll{version: c.versions, atOnce: max(atOnce, 1), reply: reply}
	c.changed = true
	return nil
}

// stopRoll ends a roll early. What it has started, and what is to be started from
// now on, is not touched: the latter is of the former version again.
func (c *crew) stopRoll(why error) {
	if c.roll == nil {
		return
	}
	t := c.count()
	e := &RollError{Old: t.old, Err: why}
	for i := range c.members {
		if m := &c.members[i]; m.version == c.roll.version && (m.standing == serving || m.standing == retiring) {
			e.Replaced++
		}
	}
	c.roll.reply <- e
	c.roll, c.changed = nil, true
}

// replace has one member replaced.
func (c *crew) replace(i int, reply chan<- error) error {
	if c.closed != nil {
		return c.closed
	}
	if i < 0 || i >= len(c.members) || c.members[i].standing != serving {
		return fmt.Errorf("%w: %d", ErrNoWorker, i)
	}
	c.members[i].due, c.changed = true, true
	c.waiters = append(c.waiters, waiter{reply: reply, member: i, hire: c.members[i].hire, run: c.members[i].incarnation})
	return nil
}

// setSize gives the pool a fixed size.
func (c *crew) setSize(n int, reply chan<- error) error {
	switch {
	case c.closed != nil:
		return c.closed
	case n < 1:
		return fmt.Errorf("%w: %d, want at least 1", ErrSize, n)
	case c.numbers > 0 && n > c.numbers:
		return fmt.Errorf("%w: %d, there are slots for %d", ErrSize, n, c.numbers)
	}
	c.scale.Min, c.scale.Max, c.target, c.changed = n, n, n, true
	c.waiters = append(c.waiters, waiter{reply: reply, member: -1, size: n})
	return nil
}

// hired takes the end of a start; without an error the member has been ready.
func (c *crew) hired(i int, err error, isLost bool) {
	m := &c.members[i]
	c.changed = true
	if err == nil {
		c.failures = 0
	}
	if err == nil || m.standing != hiring {
		return // it serves, or was sent away meanwhile
	}
	inRoll := c.roll != nil && m.version == c.roll.version
	c.vacate(m, isLost)
	if inRoll {
		c.stopRoll(err)
	} else {
		c.restUntil = c.now.Add(min(firstRest<<min(c.failures, 10), longestRest))
		c.failures++
	}
	c.answerWaiters(func(*waiter) (error, bool) { return err, true })
}

// left says that nothing of a member runs any more, or that it could not be ended.
func (c *crew) left(i int, isLost bool) {
	if m := &c.members[i]; m.standing == leaving {
		c.vacate(m, isLost || m.survived)
		c.changed = true
	}
}

// vacate frees a number.
func (c *crew) vacate(m *member, isLost bool) {
	c.scheduler.held -= m.held
	*m = member{standing: vacant, hire: m.hire}
	if isLost {
		m.standing = lost
	}
}

// settle answers who has got what it asked for.
func (c *crew) settle() {
	if c.roll == nil && len(c.waiters) == 0 {
		return
	}
	t := c.count()
	if c.roll != nil && t.old == 0 && c.filled(&c.roll.filling, t) {
		c.version = c.roll.version
		c.roll.reply <- nil
		c.roll = nil
	}
	c.answerWaiters(func(w *waiter) (error, bool) {
		if w.member >= 0 {
			m := &c.members[w.member]
			gone := m.standing == vacant || m.standing == lost || m.hire != w.hire || m.incarnation != w.run
			return nil, gone && c.filled(&w.filling, t)
		}
		if w.size != c.target {
			return fmt.Errorf("%w: another size was asked for meanwhile: %d", ErrSize, c.target), true
		}
		return nil, t.surplus == 0 && t.serving <= w.size && c.filled(&w.filling, t)
	})
}

// answerWaiters answers those for whom verdict has an answer.
func (c *crew) answerWaiters(verdict func(*waiter) (err error, over bool)) {
	kept := c.waiters[:0]
	for _, w := range c.waiters {
		if err, over := verdict(&w); over {
			w.reply <- err
			continue
		}
		kept = append(kept, w)
	}
	c.waiters = kept
}

// endCrew answers everyone who waits, since the members are all being stopped.
func (c *crew) endCrew(why error) {
	if why == nil {
		why = actors.ErrStopping
	}
	c.stopRoll(why)
	c.answerWaiters(func(*waiter) (error, bool) { return why, true })
}

// begin says that the members are those with which a pool begins, all anew: their
// supervisor was started again. How many there are to be, and of what version, is
// kept.
func (c *crew) begin(size int) {
	former := c.members
	c.members = make([]member, size)
	for i := range c.members {
		c.members[i].standing = hiring
		if i >= len(former) {
			continue
		}
		was := &former[i]
		c.members[i] = member{
			standing: hiring, incarnation: was.incarnation, restarts: was.restarts, done: was.done, hire: was.hire, meter: was.meter,
		}
	}
	c.scheduler.held, c.changed = 0, true
}

// sampled takes how much memory a member's tree uses.
func (c *crew) sampled(i int, incarnation uint32, bytes int64) {
	if i >= len(c.members) || c.members[i].incarnation != incarnation || bytes < 0 {
		return
	}
	m, r := &c.members[i], &c.recycle
	if m.baseline == 0 && m.taken >= r.GrowthTasks {
		m.baseline = bytes
	}
	tooMuch := r.MemoryBytes > 0 && bytes > r.MemoryBytes
	leaks := r.GrowthBytes > 0 && m.baseline > 0 && bytes-m.baseline > r.GrowthBytes
	if (tooMuch || leaks) && !m.due && m.ready {
		m.due, c.changed = true, true
	}
}
