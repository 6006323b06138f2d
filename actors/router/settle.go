package router

import (
	"errors"
	"time"

	"brood/actors"
	"brood/actors/process"
)

// settle takes the answer of a try.
func (d *desk) settle(l *leg, result actors.Result) {
	if l.settled {
		return
	}
	l.settled = true
	l.Submit.End(result.Err)
	m, r := l.member, l.route
	m.load--
	if r != nil {
		r.lose(l)
		d.count(m, r, result)
		switch {
		case r.gathered != nil:
			d.gatherIn(r, l.part, result)
		default:
			d.take(r, l, result)
		}
	}
	d.part(m)
	d.discard(l)
	d.advance()
}

func (d *desk) count(m *member, r *route, result actors.Result) {
	if result.Err == nil {
		m.done++
		return
	}
	switch judge(result, r.call.Task.Repeatable, r.call.Attempts) {
	case busy, refused:
		m.refused++
	default:
		m.failed++
	}
}

// take decides what an answer means for a route that needs one.
func (d *desk) take(r *route, l *leg, result actors.Result) {
	what := judge(result, r.call.Task.Repeatable, r.call.Attempts)
	r.call.Attempts += result.Attempts
	switch {
	case r.ended != nil:
		d.finish(r, ended(r, result))
		return
	case len(r.legs) > 0 && !final(result.Err): // the other one may do better
		d.exclude(r, l.member, what, result.Err)
		return
	case what == answered:
		d.timed(r, l)
		d.finish(r, result)
		return
	}
	d.exclude(r, l.member, what, result.Err)
	d.flying.move(r, false)
	d.place(r)
}

// exclude notes that a member is not the one for the route, and why.
func (d *desk) exclude(r *route, m *member, what fate, err error) {
	switch what {
	case busy:
		d.rest(m)
	case refused:
		r.tried, r.refusal = append(r.tried, m), err
		if !errors.Is(err, actors.ErrQueueFull) {
			d.rest(m)
		}
	case died, answered:
		r.avoid = m
	}
}

// cut ends a route early. If one member has it, that is asked to end it, and
// answers: so it is known how far the task was.
func (d *desk) cut(r *route, err error, limit time.Duration) {
	if r.ended != nil {
		return
	}
	r.ended, r.limit = err, limit
	switch {
	case r.in == &d.waiting:
		how := actors.Result{Err: &actors.CancelledError{Stage: d.waitStage(), Err: err}}
		d.finish(r, ended(r, how))
	case len(r.legs) == 1 && r.gathered == nil && r.legs[0].member.Calls:
		d.flying.move(r, false) // no second try any more
		d.recall(r.legs[0], err)
	default:
		r.call.Attempts += len(r.legs)
		d.finish(r, ended(r, actors.Result{Err: &actors.CancelledError{Stage: actors.StageRun, Err: err}}))
	}
}

func (d *desk) waitStage() actors.Stage {
	if len(d.members) == 0 {
		return actors.StageStart
	}
	return actors.StageQueue
}

// ended is the result of a route that was ended early: its member's answer to
// that, in the right words.
func ended(r *route, result actors.Result) actors.Result {
	switch {
	case final(result.Err):
	case r.limit > 0:
		result.Err = &actors.TaskTimeoutError{Stage: stage(result), Limit: r.limit}
	case !errors.Is(result.Err, actors.ErrCancelled) || !errors.Is(result.Err, r.ended):
		result.Err = &actors.CancelledError{Stage: stage(result), Err: r.ended}
	}
	return result
}

// recall cancels a try.
func (d *desk) recall(l *leg, err error) {
	if !l.member.Calls || l.recalled {
		return
	}
	l.recalled, l.kept = true, true
	d.hands.cancel(l, err)
}

// finish answers a route. Tries of it that are under way are cancelled.
func (d *desk) finish(r *route, result actors.Result) {
	if r.first != nil {
		d.overtaken(r)
	}
	for _, l := range r.legs {
		l.route = nil
		d.recall(l, actors.ErrCancelled)
	}
	r.leave()
	call := r.call
	call.Pool.Route = nil
	clear(r.legs)
	clear(r.tried)
	*r = route{legs: r.legs[:0], tried: r.tried[:0]}
	d.routes = append(d.routes, r)
	d.hands.answer(call, result) // from here on the call is somebody else's
}

func (d *desk) route(call *process.Call) *route {
	r := pop(&d.routes)
	r.call = call
	call.Pool.Route = r
	return r
}

// leg makes a try of a route for a member. The router keeps the time of the
// whole itself.
func (d *desk) leg(r *route, m *member) *leg {
	l := pop(&d.legs)
	task := r.call.Task
	task.Timeout = 0
	task.Cause = r.call.Cause()
	l.Reset(task)
	l.Into = l
	l.Pool.NoWait, l.Pool.Routers = r.call.Pool.NoWait, r.call.Pool.Routers+1
	l.member, l.route, l.settled, l.recalled = m, r, false, false
	// What keeps its own time or is joined with others may be known to somebody
	// after its answer, and a plain actor may answer twice.
	l.kept = !m.Calls || task.QueueTimeout|task.StartTimeout|task.RunTimeout != 0 || task.ID != ""
	return l
}

// discard keeps a leg for the next try, if nobody else knows it.
func (d *desk) discard(l *leg) {
	l.route, l.member = nil, nil
	if !l.kept {
		l.result = actors.Result{}
		l.Reset(actors.Task{})
		d.legs = append(d.legs, l)
	}
}

func pop[T any](free *[]*T) *T {
	n := len(*free)
	if n == 0 {
		return new(T)
	}
	last := (*free)[n-1]
	(*free)[n-1] = nil
	*free = (*free)[:n-1]
	return last
}
