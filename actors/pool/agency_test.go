package pool

import (
	"errors"
	"time"

	"github.com/asynkron/protoactor-go/actor"

	"brood/actors"
	"brood/actors/internal/alarm"
	"brood/actors/internal/mailbox"
	"brood/actors/process"
	"brood/actors/supervisor"
)

// ringing is an alarm that is set.
type ringing struct {
	at      time.Duration
	message any
}

// told is a message as the pool gets it.
type told struct {
	actor.Context
	message any
}

func (c told) Message() any { return c.message }

func (w *world) tell(message any) { w.pool.Receive(told{message: message}) }

func (w *world) endTurn() { w.tell(mailbox.EndOfTurn{}) }

// mayEndTurn ends the turn, unless more messages came in it.
func (w *world) mayEndTurn() {
	if w.healthy || w.random.IntN(4) > 0 {
		w.endTurn()
	}
}

// pass lets time pass; alarms may ring late.
func (w *world) pass(d time.Duration) {
	w.now += d
	for _, a := range [...]*alarm.Alarm{&w.pool.alarm, &w.pool.leveling, &w.pool.muster.alarm} {
		if r, set := w.alarms[a]; set && r.at <= w.now {
			delete(w.alarms, a)
			w.tell(r.message)
			w.endTurn()
		}
	}
}

// untilAlarm is how long it is until the next alarm rings, if one is set.
func (w *world) untilAlarm() (d time.Duration) {
	for _, r := range w.alarms {
		if left := max(r.at-w.now, 0); d == 0 || left < d {
			d = left
		}
	}
	return d
}

func (w *world) drain() chan struct{} {
	done := make(chan struct{}, 1)
	w.tell(&Drain{Done: done})
	return done
}

// begin gives the supervisor those members with which it begins.
func (w *world) begin() {
	for i := range w.members {
		w.members[i] = fakeMember{exists: i < w.pool.spec.Size}
	}
}

// change asks for other members.
func (w *world) change() {
	reply := make(chan error, 1)
	m := &Change{Reply: reply}
	switch w.random.IntN(4) {
	case 0:
		m.Request = Roll{AtOnce: 1 + w.random.IntN(2)}
	case 1:
		m.Request = Replace{Member: w.random.IntN(4)}
	default:
		m.Request = Resize{Size: 1 + w.random.IntN(4)}
	}
	w.changes = append(w.changes, reply)
	w.tell(m)
}

// awaited reports whether a change is still to be answered.
func (w *world) awaited() bool {
	for _, reply := range w.changes {
		if len(reply) == 0 {
			return true
		}
	}
	return false
}

func (w *world) fails() bool { return !w.healthy && w.random.IntN(4) == 0 }

func (w *world) readyOf(i int) *actors.Ready {
	return &actors.Ready{Who: w.stage.members[i], Incarnation: w.members[i].run}
}

var errNoStart = errors.New("it does not start")

// oblige lets the supervisor do what it was asked next. What it says that a member
// is gone comes behind the last that the member said.
func (w *world) oblige() {
	if len(w.asked) == 0 {
		return
	}
	request := w.asked[0]
	w.asked = w.asked[1:]
	switch r := request.(type) {
	case supervisor.AddChild:
		w.add(memberOf(r.ID), r)
	case supervisor.StopChild:
		i := memberOf(r.ID)
		w.stop(i)
		w.members[i].outbox = append(w.members[i].outbox, &supervisor.Answer{Request: r})
	case supervisor.RemoveChild:
		m := &w.members[memberOf(r.ID)]
		m.exists, m.inbox = false, nil
		m.outbox = append(m.outbox, &supervisor.Answer{Request: r})
	}
}

func (w *world) add(i int, r supervisor.AddChild) {
	m := &w.members[i]
	w.must(!m.exists && len(m.outbox) == 0, "number %d is given twice", i)
	*m = fakeMember{exists: true, run: 1}
	started, answer := &actors.Started{Incarnation: 1, PID: 1}, &supervisor.Answer{Request: r}
	switch {
	case w.fails():
		m.exists, answer.Err = false, errNoStart
		m.outbox = append(m.outbox, started, &actors.Down{Incarnation: 1}, answer)
		return
	case w.random.IntN(2) == 0:
		m.outbox = append(m.outbox, started, answer, w.readyOf(i))
	default:
		m.outbox = append(m.outbox, started, w.readyOf(i), answer)
	}
	m.running = true
}

// stop ends a member for good. It holds nothing, if the pool has asked for it.
func (w *world) stop(i int) {
	m := &w.members[i]
	w.must(len(m.holds) == 0, "member %d is stopped with %d calls", i, len(m.holds))
	for _, message := range m.inbox {
		call, ok := message.(*process.Call)
		w.must(!ok || !m.running || call.Pool.Incarnation != m.run, "member %d is stopped and gets a call", i)
	}
	w.close(i)
}

func (w *world) close(i int) {
	m := &w.members[i]
	m.stopped = true
	if m.running {
		w.end(i, actors.Exit{Reason: actors.ReasonStopped})
	}
	for _, message := range m.inbox {
		if call, ok := message.(*process.Call); ok {
			m.outbox = append(m.outbox, refused(i, call))
		}
	}
	m.inbox = nil
}

// giveUp lets the supervisor stop all members and give up, and then be started
// anew, with the members that it had at first. What came too late for a member
// comes back last.
func (w *world) giveUp() {
	if w.random.IntN(2) == 0 {
		w.tell(&actors.GaveUp{Err: actors.ErrGaveUp})
	}
	var late []*process.Returned
	for i := range w.members {
		m := &w.members[i]
		inbox := m.inbox
		m.inbox = nil
		w.close(i)
		m.inbox = inbox
		for len(m.outbox) > 0 {
			w.toPool(i)
		}
		for _, message := range m.inbox {
			if call, ok := message.(*process.Call); ok {
				late = append(late, refused(i, call))
			}
		}
	}
	w.tell(&Abort{Err: actors.ErrStopping})
	for _, back := range late {
		w.tell(back)
	}
	w.endTurn()
	w.asked = nil
	w.begin()
}
