package pool

import "time"

// startsAtOnce is how many members are started at the same time.
const startsAtOnce = 8

// The pause after a member could not be started, doubled each time.
const (
	firstRest   = 100 * time.Millisecond
	longestRest = 10 * time.Second
)

// deed is what the crew has decided to do with a member.
type deed uint8

const (
	hire    deed = iota + 1 // start one with this number
	recall                  // have it give back what it has not begun
	dismiss                 // stop it: it holds nothing
)

type order struct {
	deed   deed
	member int
}

// crew decides how many members there are, which are replaced and which go. It
// is a pure machine: the actor tells it what happened, has it decide, and carries
// out the orders. Members are the scheduler's.
//
// Every change is made of two: one is hired, and one retires. A member that is
// due to be replaced (roll, age, …) retires when there is one more than there
// are to be.
type crew struct {
	*scheduler
	scale   Scale
	recycle Recycle
	numbers int // how many numbers there are; 0: any number
	random  func() float64

	target    int // how many are to serve
	version   int // of what members are made from
	versions  int // how many there were
	roll      *roll
	waiters   []waiter
	grown     time.Time // when the target grew last, since tasks waited
	failures  int       // starts that failed, in a row
	restUntil time.Time // nobody is hired before
	hires     int
	replaced  uint64
}

func newCrew(s *scheduler, spec *Spec) *crew {
	c := &crew{
		scheduler: s, scale: spec.Scale.withDefaults(), recycle: spec.Recycle.withDefaults(),
		numbers: spec.Numbers, random: spec.random, target: spec.Size,
	}
	if spec.Scale.IsZero() {
		c.scale.Min, c.scale.Max = spec.Size, spec.Size
	}
	s.quota = spec.Recycle.AfterTasks
	for i := range s.members {
		s.members[i].standing = hiring
	}
	return c
}

// tally is how many members there are of each kind.
type tally struct {
	living           int // all that a process may run of
	serving, hiring  int
	due              int // of those that serve
	busy, idle, down int // of those that serve: hold calls; are ready and hold none; the others
	outgoing         int // retire or leave
	surplus          int // of those: are not replaced
	old              int // of an older version than is wanted, in any standing
}

func (c *crew) count() (t tally) {
	for i := range c.members {
		m := &c.members[i]
		if m.standing == vacant || m.standing == lost {
			continue
		}
		t.living++
		if m.version < c.wanted() {
			t.old++
		}
		switch m.standing {
		case hiring:
			t.hiring++
		case retiring, leaving:
			t.outgoing++
			if m.surplus {
				t.surplus++
			}
		case serving:
			t.serving++
			if c.isDue(m) {
				t.due++
			}
			switch {
			case m.held > 0:
				t.busy++
			case m.ready:
				t.idle++
			default:
				t.down++
			}
		}
	}
	return t
}

// wanted is the version that all members are to have.
func (c *crew) wanted() int {
	if c.roll != nil {
		return c.roll.version
	}
	return c.version
}

// isDue reports whether a member is to be replaced.
func (c *crew) isDue(m *member) bool {
	if m.version < c.wanted() || m.due || m.spent {
		return true
	}
	return m.ready && reached(c.now, m.expires)
}

func (c *crew) tooIdle(m *member) bool {
	return c.recycle.AfterIdle > 0 && m.held == 0 && m.taken > 0 && reached(c.now, m.idleSince.Add(c.recycle.AfterIdle))
}

// reached reports whether a time is over that is not zero.
func reached(now, at time.Time) bool { return !at.IsZero() && !now.Before(at) }

// decide returns what is to be done now, and marks the members accordingly, so that
// it is said once. It says when it is to be asked again at the latest: zero means
// when something happens.
func (c *crew) decide() (orders []order, wake time.Time) {
	c.changed = false
	if c.ended {
		return nil, time.Time{}
	}
	c.age()
	c.resize()
	c.retireSome()
	for i := range c.members {
		m := &c.members[i]
		switch {
		case m.standing != retiring:
		case m.held == 0:
			m.standing, m.ready = leaving, false
			orders = append(orders, order{dismiss, i})
		case m.held > 1 && m.marks && !m.asked:
			m.asked = true
			orders = append(orders, order{recall, i})
		}
	}
	orders = append(orders, c.hireSome()...)
	c.settle()
	return orders, c.nextLook()
}

// age decides how old each member gets, and keeps in mind who was idle for too
// long: it may not be so any more when it can be replaced.
func (c *crew) age() {
	for i := range c.members {
		m := &c.members[i]
		if m.standing != serving || !m.ready {
			continue
		}
		if c.recycle.AfterAge > 0 && m.expires.IsZero() {
			m.expires = m.readyAt.Add(c.recycle.AfterAge).Add(time.Duration(c.random() * float64(c.recycle.Jitter)))
		}
		m.due = m.due || c.tooIdle(m)
	}
}

// atOnce is how many members more than the target there may be while some are
// replaced.
func (c *crew) atOnce() int {
	if c.roll != nil {
		return c.roll.atOnce
	}
	return 1
}

// retireSome makes those retire of whom there are too many, and those of whom it
// is known that they take no call any more.
func (c *crew) retireSome() {
	for i := range c.members {
		if m := &c.members[i]; m.standing == serving && m.spent && m.held == 0 {
			c.retireMember(m)
		}
	}
	t := c.count()
	for surplus := t.serving - c.target; surplus > 0; surplus-- {
		m := c.victim(false)
		m.surplus = !c.isDue(m)
		c.retireMember(m)
	}
	// With no number left, the old one has to go first.
	t = c.count()
	if t.due > 0 && c.full() && t.outgoing+t.hiring < c.atOnce() && c.mayHire() {
		c.retireMember(c.victim(true))
	}
}

func (c *crew) retireMember(m *member) {
	if c.isDue(m) {
		c.replaced++
	}
	m.standing, m.ready = retiring, false
}

// victim returns who is to retire: of those that serve, one that is due before
// others, one that holds few calls before others, and the one that has held none
// for the longest.
func (c *crew) victim(due bool) *member {
	var chosen *member
	for i := range c.members {
		m := &c.members[i]
		if m.standing != serving || due && !c.isDue(m) {
			continue
		}
		if chosen == nil || c.rather(m, chosen) {
			chosen = m
		}
	}
	return chosen
}

// rather reports whether a is to retire rather than b.
func (c *crew) rather(a, b *member) bool {
	if dueA, dueB := c.isDue(a), c.isDue(b); dueA != dueB {
		return dueA
	}
	if a.ready != b.ready && !a.spent && !b.spent {
		return !a.ready
	}
	if a.held != b.held {
		return a.held < b.held
	}
	return a.idleSince.Before(b.idleSince)
}
