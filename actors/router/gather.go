package router

import (
	"slices"

	"brood/actors"
)

// scatter sends a route to several members, if there are as many as it needs that
// can take it.
func (d *desk) scatter(r *route) bool {
	if !d.gather(r) {
		return false
	}
	of, need := d.extent()
	if need > of {
		d.finish(r, actors.Result{Err: &actors.QuorumError{Need: need, Asked: of}})
		return true
	}
	if need > len(d.at) {
		return false
	}
	of = min(of, len(d.at))
	to := d.several(r, of)
	if len(to) < of {
		return false
	}
	// Tries that lose may be looked at after the sender has its answer.
	r.call.Task.Payload = slices.Clone(r.call.Task.Payload)
	r.gathered = &actors.Gathered{Need: need, Answers: make([]actors.MemberAnswer, of)}
	d.flying.move(r, false)
	for i, m := range to {
		r.gathered.Answers[i] = actors.MemberAnswer{Who: m.PID, Result: actors.Result{Err: actors.ErrCancelled}}
		d.launch(r, m).part = i
	}
	return true
}

// extent is how many of the members get a task if all of them can take it, and how
// many of those must succeed.
func (d *desk) extent() (of, need int) {
	of, need = len(d.members), int(d.terms.need)
	if d.terms.of > 0 {
		of = min(of, d.terms.of)
	}
	if d.terms.need == All {
		need = of
	}
	return of, need
}

// several picks so many members, each once.
func (d *desk) several(r *route, of int) (to []*member) {
	if of == len(d.at) {
		return slices.Clone(d.at)
	}
	last := d.choice.Last
	defer func() { d.choice.Last = last }()
	for range of {
		m := d.chosen(r)
		if m == nil {
			return nil
		}
		to = append(to, m)
		i := slices.Index(d.at, m)
		d.at = slices.Delete(d.at, i, i+1)
		d.choice.Members = slices.Delete(d.choice.Members, i, i+1)
		d.choice.Last = m.seq
	}
	return to
}

// gatherIn takes the answer of one of several members.
func (d *desk) gatherIn(r *route, part int, result actors.Result) {
	g := r.gathered
	g.Answers[part].Result = result
	r.call.Attempts += result.Attempts
	if result.Err == nil {
		g.Succeeded++
	}
	pending, ok := len(r.legs), g.Succeeded >= g.Need
	switch {
	case d.terms.patient && pending > 0:
	case ok || g.Succeeded+pending < g.Need:
		d.finish(r, conclude(g))
	}
}

// conclude makes the result of what was gathered. Its payload is that of the
// first member that succeeded, in the order in which they were asked.
func conclude(g *actors.Gathered) actors.Result {
	result := actors.Result{Gathered: g}
	var errs []error
	succeeded := false
	for _, a := range g.Answers {
		switch {
		case a.Result.Err == nil && !succeeded:
			succeeded = true
			result.Payload, result.Worker = a.Result.Payload, a.Result.Worker
		case a.Result.Err != nil && a.Result.Err != actors.ErrCancelled:
			errs = append(errs, a.Result.Err)
		}
	}
	if g.Succeeded < g.Need {
		result.Payload, result.Worker = nil, 0
		result.Err = &actors.QuorumError{Need: g.Need, Asked: len(g.Answers), Errs: errs}
	}
	return result
}
