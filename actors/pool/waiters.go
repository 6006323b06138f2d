package pool

import (
	"fmt"

	"brood/actors"
)

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
		// Who is being hired, and replaces nobody, is still to go.
		tooMany := max(t.serving, t.serving-t.due+t.hiring) > w.size
		return nil, t.surplus == 0 && !tooMany && c.filled(&w.filling, t)
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
