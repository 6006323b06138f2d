package supervisor

import (
	"slices"
	"testing"
	"time"

	"github.com/asynkron/protoactor-go/actor"
	"github.com/stretchr/testify/require"
)

// witness knows of each child what the machine was told and has said, and holds
// it to what must be true whatever happens, also late, twice, or out of place.
type witness struct {
	t        *testing.T
	machine  *machine
	now      time.Duration
	children []*child
	of       map[*child]*facts
	calls    map[*Call]bool // whether it is answered
	restarts []time.Duration
	ready    int
	left     int
	ended    bool // the whole supervisor was asked to end
}

// facts are about one child.
type facts struct {
	running bool // it was launched, and nobody said that it has ended
	asked   bool // … to stop, and has not answered
	ending  bool // its actor was told to end, and has not
	owed    bool // a ChildEnded
}

func (w *witness) tell(in input) {
	in.now = w.now
	effects := w.machine.step(in)
	require.LessOrEqual(w.t, len(effects), 100, "it goes on for ever")
	for _, e := range effects {
		w.check(e)
	}
}

func (w *witness) check(e effect) {
	c := e.child
	f := w.of[c]
	if c != nil && f == nil {
		f = &facts{}
		w.children, w.of[c] = append(w.children, c), f
	}
	switch e.kind {
	case fxLaunch:
		require.False(w.t, w.ended || w.left > 0, "%s is started after the end has begun", c.ID)
		require.False(w.t, f.running || f.asked, "%s is started twice", c.ID)
		f.running, f.owed = true, true
		c.pid = actor.NewPID("here", c.ID)
	case fxAsk:
		require.NotNil(w.t, c.pid, "%s is asked and has no actor", c.ID)
		f.asked = true
	case fxEnd:
		require.NotNil(w.t, c.pid, "%s has no actor to end", c.ID)
		require.True(w.t, e.late || !f.running, "the actor of %s is ended under it", c.ID)
		f.ending = true
	case fxAbandon:
		require.True(w.t, f.ending && e.late && c.pid != nil, "%s is left behind", c.ID)
	case fxArm:
		require.GreaterOrEqual(w.t, e.after, time.Duration(0), c.ID)
	case fxEmit:
		w.event(e.event)
	case fxAnswer:
		answered, known := w.calls[e.call]
		require.True(w.t, known && !answered, "%T is answered twice", e.call.Request)
		w.calls[e.call] = true
		if _, reset := e.call.Request.(ResetChild); reset && e.answer.Err == nil {
			w.restarts = nil
		}
	case fxReady:
		w.ready++
		require.Equal(w.t, 1, w.ready, "all have started for the first time once")
	case fxLeave:
		w.leave()
	}
}

func (w *witness) event(event Event) {
	switch e := event.(type) {
	case Restarting:
		w.restarts = append(w.restarts, w.now)
		policy := w.machine.spec.policy()
		recent := 0
		for _, at := range w.restarts {
			if w.now-at <= policy.Period {
				recent++
			}
		}
		if w.machine.spec.Rest == 0 {
			require.LessOrEqual(w.t, recent, policy.Intensity, "restarts within the period")
		}
	case ChildEnded:
		require.True(w.t, w.owes(e.ID), "the end of %s is told twice", e.ID)
	}
}

// owes reports whether an end of a child called id is still to be told, and
// counts it as told. A forgotten child's successor may have the same name.
func (w *witness) owes(id string) bool {
	for _, c := range w.children {
		if c.ID == id && w.of[c].owed {
			w.of[c].owed = false
			return true
		}
	}
	return false
}

// leave is the end: nothing may be open.
func (w *witness) leave() {
	w.left++
	require.Equal(w.t, 1, w.left, "it ends once")
	for _, c := range w.children {
		require.True(w.t, c.pid == nil && *w.of[c] == facts{}, "%s: %+v", c.ID, *w.of[c])
	}
	for call, answered := range w.calls {
		require.True(w.t, answered, "%T %v is not answered", call.Request, call.Request)
	}
}

// down, stopped and gone are what a child says of itself: the facts follow.
func (w *witness) down(c *child, name string) {
	w.of[c].running = false
	w.tell(input{kind: inEnded, child: c, exit: exits[name]})
}

func (w *witness) stopped(c *child) {
	if f := w.of[c]; f.asked {
		f.running, f.asked = false, false
	}
	w.tell(input{kind: inStopped, child: c})
}

// gone is the end of c's actor. As from the actor, that of one that ran comes
// with the end of its incarnation.
func (w *witness) gone(c *child) {
	f := w.of[c]
	if c.pid == nil {
		return
	}
	c.pid = nil
	ran := f.running && !f.asked
	f.running, f.asked, f.ending = false, false, false // before the machine may launch the next
	if ran {
		w.down(c, "panic")
	}
	w.tell(input{kind: inGone, child: c})
}

// obey does for a while what the machine asks for: all start and stop well.
func (w *witness) obey() {
	for range 4*len(w.children) + 4 {
		for _, c := range slices.Clone(w.children) {
			switch f := w.of[c]; {
			case f.ending:
				w.gone(c)
			case f.asked:
				w.stopped(c)
			default:
				w.tell(input{kind: inReady, child: c})
				w.tell(input{kind: inDue, child: c})
			}
		}
		w.tell(input{kind: inGroupDue})
	}
}

// comeToRest demands that without another failure nothing is left half done. Who
// waits does so for one that is stopped.
func (w *witness) comeToRest() {
	w.obey()
	children := w.machine.list()
	stops := slices.ContainsFunc(children, func(c Info) bool { return c.State == StateStopped })
	for _, c := range children {
		waits := (c.State == StateWaiting || c.State == StateRestarting) && c.NextTry.IsZero()
		rests := c.State == StateRunning || c.State == StateStopped || waits && stops
		require.True(w.t, rests || w.left > 0, "%s is %s for ever", c.ID, c.State)
	}
}

// finish ends the supervisor.
func (w *witness) finish() {
	w.ended = true
	w.tell(input{kind: inStop, grace: -1})
	w.obey()
	require.Equal(w.t, 1, w.left, "it does not come to its end")
}
