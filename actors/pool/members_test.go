package pool

import (
	"slices"

	"brood/actors"
	"brood/actors/process"
)

func (w *world) start(i int) {
	m := &w.members[i]
	if m.running {
		return
	}
	m.run++
	if w.random.IntN(4) == 0 { // it could not be started
		m.outbox = append(m.outbox, &actors.Down{Incarnation: m.run})
		return
	}
	m.running = true
	m.outbox = append(m.outbox, &actors.Started{Incarnation: m.run, PID: 1},
		&actors.Ready{Who: w.pool.pids[i], Incarnation: m.run})
}

func (w *world) die(i int) {
	exit := killed
	if w.random.IntN(4) == 0 {
		exit.Reason = actors.ReasonStopped
	}
	m := &w.members[i]
	back := &process.Returned{Member: i, Incarnation: m.run, Exit: exit}
	for _, h := range m.holds {
		switch {
		case h.call == nil:
		case w.random.IntN(3) > 0:
			w.runs[h.task.Tag]++
			back.MayHaveRun = append(back.MayHaveRun, h.call)
		default:
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
	m.holds = slices.Delete(m.holds, k, k+1)
	freed := &process.Freed{Member: i, Incarnation: m.run, N: 1}
	if h.counted {
		freed.Keys = []string{h.task.Key}
	}
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
			m.outbox = append(m.outbox, &process.Returned{
				Member: i, Incarnation: message.Pool.Incarnation, NotRun: []*process.Call{message}})
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
		}
	}
}

// toPool delivers the next message from a member; then the pool's turn ends.
func (w *world) toPool(i int) {
	m := &w.members[i]
	if len(m.outbox) > 0 {
		message := m.outbox[0]
		m.outbox = m.outbox[1:]
		switch message := message.(type) {
		case *process.Freed:
			w.pool.scheduler.freed(i, message.Incarnation, message.N)
			w.pool.scheduler.freedKeys(i, message.Incarnation, message.Keys)
		case *process.Returned:
			w.pool.settle(w.pool.scheduler.returned(message))
		default:
			w.pool.memberEvent(&process.MemberEvent{Member: int(i), Event: message})
		}
	}
	w.pool.dispatch()
}

// finish lets the members work, and time pass, until all is answered.
func (w *world) finish() {
	done := make(chan struct{}, 1)
	w.pool.scheduler.close(actors.ErrStopping)
	w.pool.closeDoor(actors.ErrStopping)
	w.pool.drains = append(w.pool.drains, done)
	for range 10_000 {
		for i := range w.members {
			w.toMember(i)
			w.toPool(i)
			w.reply(i)
			if !w.members[i].running && len(w.members[i].outbox) == 0 {
				w.start(i)
			}
		}
		w.arrive()
		w.pass(max(0, w.alarm-w.now)) // to where it rings, if it is set
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
	return len(w.arriving) == 0 && w.pool.scheduler.drained() &&
		!slices.ContainsFunc(w.members, func(m fakeMember) bool {
			return len(m.inbox)+len(m.outbox)+len(m.holds) > 0
		})
}
