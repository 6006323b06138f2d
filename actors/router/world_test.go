package router

import (
	"slices"

	"github.com/asynkron/protoactor-go/actor"
	"github.com/stretchr/testify/require"

	"brood/actors"
	"brood/actors/process"
)

func (w *world) die(m *fake) {
	if !m.dead {
		m.dead = true
		for _, l := range m.holds {
			w.runs(l)
			w.late = append(w.late, answer{l, actors.Result{Payload: slices.Clone(l.Task.Payload), Attempts: 1}, m.PID})
		}
		for _, message := range m.inbox {
			if l, ok := message.(*leg); ok {
				m.lost = append(m.lost, l)
			}
		}
		m.lost = append(m.lost, m.holds...)
		m.inbox, m.holds = nil, nil
		m.outbox = append(m.outbox, death{})
	}
}

// work lets a member take its next message, or do something with what it holds.
func (w *world) work(m *fake) {
	if len(m.inbox) > 0 {
		message := m.inbox[0]
		m.inbox = m.inbox[1:]
		switch message := message.(type) {
		case *leg:
			if w.random.IntN(5) == 0 {
				w.say(m, message, actors.Result{Err: []error{actors.ErrBusy, actors.ErrQueueFull, actors.ErrStopping}[w.random.IntN(3)]})
				return
			}
			m.holds = append(m.holds, message)
		case recall:
			require.Equal(w.t, message.payload, string(message.leg.Task.Payload), "it has become another's")
			if i := slices.Index(m.holds, message.leg); i >= 0 {
				w.runs(message.leg)
				w.say(m, message.leg, actors.Result{Err: message.err, Attempts: 1})
				m.holds = slices.Delete(m.holds, i, i+1)
			}
		}
		return
	}
	if len(m.holds) == 0 {
		return
	}
	i := w.random.IntN(len(m.holds))
	l := m.holds[i]
	m.holds = slices.Delete(m.holds, i, i+1)
	result := actors.Result{Payload: slices.Clone(l.Task.Payload), Attempts: 1}
	mayHaveRun := true
	switch w.random.IntN(6) {
	case 0:
		mayHaveRun = w.random.IntN(2) == 0
		result = actors.Result{Err: &actors.WorkerExitedError{MayHaveRun: mayHaveRun}, Attempts: 1}
	case 1:
		result = actors.Result{Err: &actors.TaskError{}, Attempts: 1}
	}
	if mayHaveRun {
		w.runs(l)
	}
	w.say(m, l, result)
}

// runs notes that a task may have run at a member.
func (w *world) runs(l *leg) {
	w.ran[string(l.Task.Payload)]++
	if !w.desk.terms.several && !l.Task.Repeatable {
		require.Equal(w.t, 1, w.ran[string(l.Task.Payload)], "task %s ran again", l.Task.Payload)
	}
}

func (w *world) say(m *fake, l *leg, result actors.Result) {
	m.outbox = append(m.outbox, answer{l, result, m.PID})
	if !m.Calls && w.random.IntN(4) == 0 {
		m.outbox = append(m.outbox, answer{l, result, m.PID}) // it does not know better
	}
}

// hearLate delivers what came behind the end of a member.
func (w *world) hearLate() {
	for _, a := range w.late {
		if !slices.ContainsFunc(w.members, func(m *fake) bool { return m.PID == a.pid }) {
			w.desk.settle(a.leg, a.result)
		}
	}
	w.late = slices.DeleteFunc(w.late, func(a answer) bool { return a.leg.settled })
}

// hear delivers a member's next message to the desk.
func (w *world) hear(m *fake) {
	if len(m.outbox) == 0 {
		return
	}
	message := m.outbox[0]
	m.outbox = m.outbox[1:]
	switch message := message.(type) {
	case answer:
		w.desk.settle(message.leg, message.result)
	case death:
		w.desk.gone(m.PID)
		w.watched[identify(m.PID)] = 0
		w.members = slices.DeleteFunc(w.members, func(other *fake) bool { return other == m })
	}
}

func (w *world) send(l *leg) {
	i := slices.IndexFunc(w.members, func(m *fake) bool { return m.PID == l.member.PID })
	require.GreaterOrEqual(w.t, i, 0, "sent to a member that is known to be gone")
	m := w.members[i]
	require.False(w.t, l.settled)
	if m.dead {
		m.lost = append(m.lost, l)
		return
	}
	m.inbox = append(m.inbox, l)
}

func (w *world) cancel(l *leg, err error) {
	require.True(w.t, l.member.Calls, "a plain actor understands no cancel")
	for _, m := range w.members {
		if m.PID == l.member.PID && !m.dead {
			m.inbox = append(m.inbox, recall{l, string(l.Task.Payload), err})
		}
	}
}

func (w *world) answer(call *process.Call, result actors.Result) {
	w.answers[call]++
	w.results[call] = result
	require.Equal(w.t, 1, w.answers[call], "call %s", call.Task.Payload)
	if result.Err == nil {
		require.Equal(w.t, call.Task.Payload, result.Payload, "somebody else's answer")
	}
}

func (w *world) undone(*process.Call, error) {}
func (w *world) watch(pid *actor.PID)        { w.watched[identify(pid)]++ }
func (w *world) unwatch(pid *actor.PID)      { w.watched[identify(pid)]-- }

// load counts what a member has, and has answered to a desk that does not know.
func (w *world) load(pid *actor.PID) int {
	legs := map[*leg]bool{}
	for _, m := range w.members {
		if m.PID != pid {
			continue
		}
		for _, message := range slices.Concat(m.inbox, m.outbox) {
			switch message := message.(type) {
			case *leg:
				legs[message] = true
			case answer:
				legs[message.leg] = !message.leg.settled
			}
		}
		for _, l := range slices.Concat(m.holds, m.lost) {
			legs[l] = true
		}
	}
	n := 0
	for _, has := range legs {
		if has {
			n++
		}
	}
	return n
}
