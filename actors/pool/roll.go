package pool

import (
	"errors"
	"fmt"
)

// What a request to change a pool's workers is refused for.
var (
	// ErrRolling: another roll is under way.
	ErrRolling = errors.New("a roll is under way")
	// ErrNoWorker: there is no worker with this number, or it is leaving.
	ErrNoWorker = errors.New("no such worker")
	// ErrSize: a pool can not have so many workers: fewer than one, more than MaxSize,
	// or more than it has slots for.
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
	case n > MaxSize:
		return fmt.Errorf("%w: %d, want at most %d", ErrSize, n, MaxSize)
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

// begin says that the members are those with which a pool begins, all anew: their
// supervisor was started again. How many there are to be, and of what version, is
// kept; and so are the numbers of others, of whom something may still come.
func (c *crew) begin(size int) {
	former := c.members
	c.members = make([]member, max(size, len(former)))
	for i := range c.members {
		c.keys.gone(i)
		m := member{standing: hiring}
		if i < len(former) {
			was := &former[i]
			m = member{
				standing: hiring, incarnation: was.incarnation, restarts: was.restarts, done: was.done, hire: was.hire, meter: was.meter,
			}
		}
		if i >= size {
			m = member{standing: vacant, hire: m.hire}
			if former[i].standing == lost {
				m.standing = lost
			}
		}
		c.members[i] = m
	}
	c.scheduler.held, c.streak, c.changed = 0, 0, true
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
