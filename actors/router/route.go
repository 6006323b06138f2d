package router

import (
	"slices"
	"time"

	"github.com/asynkron/protoactor-go/actor"

	"brood/actors"
	"brood/actors/process"
)

// route is a task that the router has accepted and not answered.
type route struct {
	call *process.Call
	legs []*leg // under way

	placed  bool      // it was under way before
	tried   []*member // that had no room for it
	refusal error     // of the last of them
	avoid   *member   // that failed with it; nil: none

	ended error         // what it was cancelled with, while its member is asked
	limit time.Duration // if a timeout cancelled it: which

	first  *leg      // the first try, if there may be a second
	sent   time.Time // when
	hedged bool

	gathered *actors.Gathered // of several members; nil: there is one

	in         *line
	prev, next *route
}

// leg is one try at one member.
type leg struct {
	process.Call
	owner  *actor.PID
	result actors.Result

	member  *member
	route   *route // nil: nobody waits for its answer any more
	part    int    // in Gathered
	settled bool
	// recalled: it was cancelled. kept: somebody may know it after its answer, so
	// that it is not used again.
	recalled, kept bool
}

var _ process.Collector = (*leg)(nil)

// Collect sends the leg back to the router, with the answer.
func (l *leg) Collect(system *actor.ActorSystem, _ int, result actors.Result) {
	l.result = result
	system.Root.Send(l.owner, l)
}

// excludes reports whether the route must not go to m.
func (r *route) excludes(m *member) bool {
	return m == r.avoid || slices.Contains(r.tried, m) ||
		slices.ContainsFunc(r.legs, func(l *leg) bool { return l.member == m })
}

// lose takes a leg out that is not under way any more.
func (r *route) lose(l *leg) {
	if i := slices.Index(r.legs, l); i >= 0 {
		r.legs[i] = r.legs[len(r.legs)-1]
		r.legs[len(r.legs)-1] = nil
		r.legs = r.legs[:len(r.legs)-1]
	}
}

// line is a list of routes. A route is in one line at any time.
type line struct {
	head, tail *route
	length     int
}

// move puts r at the end of the line, or at its front.
func (q *line) move(r *route, front bool) {
	r.leave()
	r.in = q
	q.length++
	switch {
	case q.head == nil:
		q.head, q.tail = r, r
	case front:
		r.next, q.head.prev, q.head = q.head, r, r
	default:
		r.prev, q.tail.next, q.tail = q.tail, r, r
	}
}

// leave takes r out of its line.
func (r *route) leave() {
	q := r.in
	if q == nil {
		return
	}
	if r.prev == nil {
		q.head = r.next
	} else {
		r.prev.next = r.next
	}
	if r.next == nil {
		q.tail = r.prev
	} else {
		r.next.prev = r.prev
	}
	q.length--
	r.in, r.prev, r.next = nil, nil, nil
}
