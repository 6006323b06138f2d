package supervisor

import (
	"math"
	"time"
)

const (
	// ownGrace is how long a child is believed to need when its grace is left
	// to itself and so is not known here.
	ownGrace = 30 * time.Second
	// askMargin is what a child gets beyond its grace: for the kill, the
	// reaping and the last output. It is more than a process actor allows for
	// them, so that a survivor is reported by who knows it.
	askMargin = 15 * time.Second
	// margin is what an actor gets to end.
	margin = 5 * time.Second
)

// step is how far a teardown has gone with one child, and what is to be done
// to it.
type step uint8

const (
	nothing step = iota
	ask          // send it Stop
	end          // stop its actor
	abandon      // do without its actor's end
	done         // no child is left
)

// order is what a teardown wants done.
type order struct {
	step  step
	child int
	// grace goes into the Stop; for ask only.
	grace time.Duration
	// within is how long the child has to end before it is late.
	within time.Duration
}

// teardown ends children one after the other, the last one first: what a child
// runs, then its actor. It is pure: it says what to do next and is told what
// happened.
type teardown struct {
	graces []time.Duration // each child's own
	grace  time.Duration   // of the Stop; zero: each child's own
	left   int             // the children 0..left-1 are still to come
	step   step            // what was last ordered, for child number left
}

// next moves on to the next child that has an actor.
func (t *teardown) next(alive func(child int) bool) order {
	for t.left > 0 {
		t.left--
		if alive(t.left) {
			t.step = ask
			return t.ask()
		}
	}
	t.step = done
	return order{step: done}
}

// answered says that nothing of the current child runs any more.
func (t *teardown) answered() order {
	if t.step != ask {
		return order{}
	}
	t.step = end
	return order{step: end, child: t.left, within: margin}
}

// late says that the current child did not do its step within its time.
func (t *teardown) late() order {
	if t.step == end {
		t.step = abandon
		return order{step: abandon, child: t.left, within: margin}
	}
	return t.answered()
}

// hurry passes a more urgent grace on to the current child and to the rest.
func (t *teardown) hurry(grace time.Duration) order {
	if grace >= 0 || t.grace < 0 {
		return order{}
	}
	t.grace = grace
	if t.step != ask {
		return order{}
	}
	return t.ask()
}

// awaits reports whether child is the one that is being stopped.
func (t *teardown) awaits(child int) bool {
	return t.left == child && t.step != nothing && t.step != done
}

// ask orders the current child to stop.
func (t *teardown) ask() order {
	grace := t.grace
	if grace == 0 {
		grace = t.graces[t.left]
	}
	return order{step: ask, child: t.left, grace: grace, within: patience(grace)}
}

// patience returns how long to wait for a child that was told grace.
func patience(grace time.Duration) time.Duration {
	switch {
	case grace < 0:
		return askMargin
	case grace == 0:
		return ownGrace + askMargin
	case grace > math.MaxInt64-askMargin:
		return math.MaxInt64
	}
	return grace + askMargin
}
