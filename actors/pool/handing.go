package pool

import "brood/actors/process"

// hand is a chain of calls for one member.
type hand struct{ first, last *process.Call }

// dispatch hands out what waits as far as members have room: to each all that it
// gets in one message.
func (p *pool) dispatch() {
	for {
		call, to := p.scheduler.next()
		if call == nil {
			if p.scheduler.letIn(p.entered) {
				continue
			}
			break
		}
		call.Pool.Queued.End(nil)
		if e := entryOf(call); e != nil {
			e.member = to
			e.attempts++
			p.clocks.pauseWaits(e, p.now())
		}
		p.hand(call, to)
	}
	for _, to := range p.handed {
		p.system.Root.Send(p.pids[to], p.hands[to].first)
		p.hands[to] = hand{}
	}
	p.handed = p.handed[:0]
	p.arm()
	if len(p.drains) > 0 && p.drained() {
		p.answerDrains()
	}
}

// drained reports whether every task has its answer and no member holds any. That
// the members hold nothing is not enough: what is on the way to one that has died
// comes back.
func (p *pool) drained() bool { return p.scheduler.drained() && p.tally.Total() == p.tasks }

// hand adds a call to what a member gets at the end of the turn.
func (p *pool) hand(call *process.Call, to int) {
	call.Pool.Owner = p.self
	h := &p.hands[to]
	if h.first == nil {
		h.first = call
		p.handed = append(p.handed, to)
	} else {
		h.last.Pool.Next = call
	}
	h.last = call
}

// level has what stands behind a long call given back for who is idle. It looks
// once in stealAfter at most, and not at all when nobody holds more than one call.
func (p *pool) level() {
	s := p.scheduler
	if s.held < 2 || s.busy() || p.leveling.Pending() {
		return
	}
	from, n, again := s.steal()
	if from != queued {
		p.system.Root.Send(p.pids[from], &process.Revoke{N: n})
	}
	if again {
		p.set(&p.leveling, stealAfter, &levelOut{})
	}
}
