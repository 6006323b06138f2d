package pool

import (
	"slices"

	"brood/actors"
	"brood/actors/process"
	"brood/actors/supervisor"
)

// start lets the supervisor restart a member.
func (w *world) start(i int) {
	m := &w.members[i]
	if m.running || !m.exists || m.stopped {
		return
	}
	m.run++
	if w.fails() { // it could not be started
		m.outbox = append(m.outbox, &actors.Down{Incarnation: m.run})
		return
	}
	m.running = true
	m.outbox = append(m.outbox, &actors.Started{Incarnation: m.run, PID: 1}, w.readyOf(i))
}

func (w *world) die(i int) {
	exit := killed
	if w.random.IntN(4) == 0 {
		exit.Reason = actors.ReasonStopped
	}
	w.end(i, exit)
}

// end ends a member's incarnation.
func (w *world) end(i int, exit actors.Exit) {
	m := &w.members[i]
	back := &process.Returned{Member: i, Incarnation: m.run, Exit: exit}
	for _, h := range m.holds {
		switch {
		case h.call == nil:
		case w.random.IntN(3) > 0:
			w.runs[h.task.Tag]++
			back.MayHaveRun = append(back.MayHaveRun, h.call)
		default:
			h.call.Attempts--
			back.NotRun = append(back.NotRun, h.call)
		}
	}
	m.holds, m.running = nil, false
	m.outbox = append(m.outbox, back, &actors.Down{Incarnation: m.run})
}

// reply lets the child answer one of its calls.
func (w *world) reply(i int) {
	m := &w.members[i]
	if len(m.holds) == 0 {
		return
	}
	k := w.random.IntN(len(m.holds))
	h := m.holds[k]
	if h.call != nil {
		w.runs[h.task.Tag]++
		h.call.Answer(w.pool.system, actors.Result{Payload: h.task.Payload, Worker: 1})
	}
	m.free(i, k)
}

// free says that a slot is free.
func (m *fakeMember) free(i, k int) {
	freed := &process.Freed{Member: i, Incarnation: m.run, N: 1}
	if h := m.holds[k]; h.counted {
		freed.Keys = []string{h.task.Key}
	}
	m.holds = slices.Delete(m.holds, k, k+1)
	m.outbox = append(m.outbox, freed)
}

// toMember delivers a member's next message.
func (w *world) toMember(i int) {
	m := &w.members[i]
	if len(m.inbox) == 0 {
		return
	}
	message := m.inbox[0]
	m.inbox = m.inbox[1:]
	switch message := message.(type) {
	case *process.Call:
		if !m.running || message.Pool.Incarnation != m.run {
			m.outbox = append(m.outbox, refused(i, message))
			return
		}
		message.Attempts++
		m.holds = append(m.holds, held{message, message.Task, message.Pool.Counted})
	case *process.Cancel:
		k := slices.IndexFunc(m.holds, func(h held) bool {
			return h.call == message.Call && h.call.Open(message.Epoch)
		})
		if k >= 0 {
			m.holds[k].call.Answer(w.pool.system, actors.Result{Err: message.Err})
			m.holds[k].call = nil
			if w.random.IntN(2) == 0 { // it was not on its way yet
				m.free(i, k)
			}
		}
	case *process.Revoke:
		w.giveBack(i, message.N)
	}
}

func refused(i int, call *process.Call) *process.Returned {
	return &process.Returned{Member: i, Incarnation: call.Pool.Incarnation, NotRun: []*process.Call{call}}
}

// giveBack gives back what was not begun of the youngest calls, if it is asked in
// time.
func (w *world) giveBack(i, n int) {
	m := &w.members[i]
	back := &process.GivenBack{Member: i, Incarnation: m.run}
	for k := len(m.holds) - 1; k > 0 && n > 0; k-- {
		if call := m.holds[k].call; call != nil && w.random.IntN(4) > 0 {
			n--
			call.Attempts--
			back.Calls = append(back.Calls, call)
			m.holds = slices.Delete(m.holds, k, k+1)
		}
	}
	if len(back.Calls) > 0 {
		w.revoked += len(back.Calls)
		slices.Reverse(back.Calls)
		m.outbox = append(m.outbox, back)
	}
}

// toPool delivers the next message from a member.
func (w *world) toPool(i int) {
	m := &w.members[i]
	if len(m.outbox) > 0 {
		message := m.outbox[0]
		m.outbox = m.outbox[1:]
		switch message.(type) {
		case *process.Freed, *process.Returned, *process.GivenBack, *supervisor.Answer:
			w.tell(message)
		default:
			w.tell(&process.MemberEvent{Member: i, Event: message, Marks: w.seed%8 > 0})
		}
	}
	w.mayEndTurn()
}

// finish lets the members work, and time pass, until all is answered.
func (w *world) finish() {
	w.healthy = true
	w.tell(&Resume{})
	done := w.drain()
	for range 10_000 {
		for i := range w.members {
			w.toMember(i)
			w.toPool(i)
			w.reply(i)
			if !w.members[i].running && len(w.members[i].outbox) == 0 {
				w.start(i)
			}
		}
		w.oblige()
		w.arrive()
		w.endTurn()
		w.pass(w.untilAlarm())
		w.collect()
		w.must(len(done) == 0 || len(w.open) == 0, "drained while %d tasks have no answer", len(w.open))
		if w.quiet() {
			break
		}
	}
	w.check()
	w.checkEnd(done)
}

func (w *world) quiet() bool {
	return len(w.arriving)+len(w.asked) == 0 && w.pool.scheduler.drained() && !w.awaited() &&
		!slices.ContainsFunc(w.members, func(m fakeMember) bool {
			return len(m.inbox)+len(m.outbox)+len(m.holds) > 0
		})
}
