package router

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"brood/actors"
	"brood/actors/process"

	"github.com/asynkron/protoactor-go/actor"
)

// desk decides what becomes of each task. It does no input or output; hands
// carry out what it says, and none of them calls it back.
type desk struct {
	policy Policy // that picks
	terms  terms
	refuse bool // what finds no member
	limit  int  // of those that wait
	hands  hands
	clock  func() time.Time

	known   map[identity]*member
	members []*member // that get tasks, in the order of their joining
	joined  uint64
	resting int
	choice  Choice
	at      []*member // of choice.Members

	waiting   line // for a member
	flying    line // under way
	hedgeable line // under way, in the order of their sending, with a second try to come

	latencies latencies
	budget    budget
	hedges    uint64
	wins      uint64 // of them

	closed error // why nothing is accepted any more; nil: it is

	legs   []*leg // to be used again
	routes []*route
}

// hands do what the desk says.
type hands interface {
	send(l *leg)
	cancel(l *leg, err error)
	answer(call *process.Call, result actors.Result)
	undone(call *process.Call, err error)
	watch(pid *actor.PID)
	unwatch(pid *actor.PID)
}

var (
	memberEnded = actors.Result{Err: actors.ErrMemberEnded, Attempts: 1}
	errCircle   = fmt.Errorf("%w: it came through %d routers, which may be members of each other", actors.ErrNoMember, maxRouters)
	errAllBusy  = fmt.Errorf("%w: %w", actors.ErrNoMember, actors.ErrBusy)
)

// maxRouters is how many routers a task can come through. It bounds how often a
// task goes round where routers are members of each other.
const maxRouters = 8

// accept takes a call, or answers it at once.
func (d *desk) accept(call *process.Call) {
	if d.closed != nil {
		d.hands.answer(call, actors.Result{Err: d.closed})
		return
	}
	if call.Pool.Routers >= maxRouters {
		d.hands.answer(call, actors.Result{Err: errCircle})
		return
	}
	r := d.route(call)
	d.flying.move(r, false) // before the policy is asked: if that panics, it is not forgotten
	if d.terms.hedge != nil && call.Task.Repeatable {
		// A try that loses may be looked at after the sender has its answer.
		call.Task.Payload = slices.Clone(call.Task.Payload)
	}
	if d.waiting.length > 0 {
		d.wait(r)
		return
	}
	d.place(r)
}

// place sends a route on its way, or finds something else to do with it.
func (d *desk) place(r *route) {
	if !d.start(r) {
		d.nowhere(r)
	}
}

// start sends a route on its way if there is a member for it.
func (d *desk) start(r *route) bool {
	if d.terms.several {
		return d.scatter(r)
	}
	m := d.pick(r)
	if m == nil {
		return false
	}
	d.flying.move(r, false)
	l := d.launch(r, m)
	if d.terms.hedge != nil {
		d.await(r, l)
	}
	return true
}

// pick chooses a member that can take the route. One that failed with it before
// is chosen if there is no other.
func (d *desk) pick(r *route) *member {
	if !d.gather(r) && r.avoid != nil {
		r.avoid = nil
		d.gather(r)
	}
	return d.chosen(r)
}

// gather lists the members that can take the route.
func (d *desk) gather(r *route) bool {
	d.choice.Members, d.at = d.choice.Members[:0], d.at[:0]
	for _, m := range d.members {
		if d.terms.everyone || m.able() && !r.excludes(m) {
			d.choice.Members = append(d.choice.Members, Candidate{m.PID.Id, m.seq, m.load, m.hash})
			d.at = append(d.at, m)
		}
	}
	return len(d.at) > 0
}

// chosen asks the policy.
func (d *desk) chosen(r *route) *member {
	if len(d.at) == 0 {
		return nil
	}
	d.choice.Key = r.call.Task.Key
	i := d.policy.Pick(&d.choice)
	if i < 0 || i >= len(d.at) {
		return nil
	}
	return d.at[i]
}

// launch sends a try to a member.
func (d *desk) launch(r *route, m *member) *leg {
	l := d.leg(r, m)
	r.legs = append(r.legs, l)
	r.placed = true
	m.load++
	d.choice.Last = m.seq
	d.hands.send(l)
	return l
}

// nowhere does as told with a route that no member can take now.
func (d *desk) nowhere(r *route) {
	switch {
	case len(r.tried) > 0 && !d.hopeful(r):
		d.finish(r, actors.Result{Err: r.refusal})
	case d.closed != nil && len(d.members) == 0:
		d.finish(r, actors.Result{Err: d.closed})
	case !d.refuse:
		d.wait(r)
	case len(d.members) > 0:
		d.finish(r, actors.Result{Err: errAllBusy})
	default:
		d.finish(r, actors.Result{Err: actors.ErrNoMember})
	}
}

// hopeful reports whether a route that was refused may wait for a member that did
// not refuse it, but is busy. A full queue is for the sender to know.
func (d *desk) hopeful(r *route) bool {
	return !d.refuse && !errors.Is(r.refusal, actors.ErrQueueFull) &&
		slices.ContainsFunc(d.members, func(m *member) bool { return !slices.Contains(r.tried, m) })
}

// wait puts a route where it waits for a member: one that was sent before goes
// first, and is not refused.
func (d *desk) wait(r *route) {
	if !r.placed && d.waiting.length >= d.limit {
		d.finish(r, actors.Result{Err: actors.ErrQueueFull})
		return
	}
	clear(r.tried)
	r.tried, r.refusal = r.tried[:0], nil // they may take it when its turn comes
	d.waiting.move(r, r.placed)
}

// advance sends those on their way that wait, in their order.
func (d *desk) advance() {
	for d.waiting.head != nil && d.start(d.waiting.head) {
	}
}

// abandon answers those that wait for a member that cannot come any more.
func (d *desk) abandon() {
	if d.closed == nil || len(d.members) > 0 {
		return
	}
	for d.waiting.head != nil {
		d.finish(d.waiting.head, actors.Result{Err: d.closed})
	}
}

// close stops accepting.
func (d *desk) close(why error) {
	if d.closed == nil {
		d.closed = why
	}
	d.abandon()
}

// end answers everything and lets go of the members.
func (d *desk) end(why error) {
	d.close(why)
	for _, in := range []*line{&d.waiting, &d.flying, &d.hedgeable} {
		for in.head != nil {
			d.hands.undone(in.head.call, why)
			d.finish(in.head, actors.Result{Err: why})
		}
	}
	for _, m := range d.known {
		d.hands.unwatch(m.PID)
	}
	clear(d.known)
	d.members = nil
}

// open counts the tasks that are not answered.
func (d *desk) open() int { return d.waiting.length + d.held() }

func (d *desk) held() int { return d.flying.length + d.hedgeable.length }
