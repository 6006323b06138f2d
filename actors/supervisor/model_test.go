package supervisor

import (
	"slices"
	"time"
)

// model is OTP's supervisor told once more, as simply as can be: everything is
// answered at once, so that nothing ever waits. It shares no code with the machine.
// Its log is who was started and stopped, what was answered, and the end.
type model struct {
	strategy  Strategy
	auto      AutoShutdown
	intensity int
	period    time.Duration
	kids      []*kid
	now       time.Duration
	restarts  []time.Duration
	fate      map[string][]string
	log       []string
	over      bool
}

type kid struct {
	id          string
	restart     Restart
	significant bool
	patient     bool
	first       bool // it never started, and belongs to the Spec
	wanted      bool // it is to run
	running     bool
}

// fated returns what becomes of the next start of id: "fails", "ignored" or "".
func fated(fate map[string][]string, id string) string {
	all := fate[id]
	if len(all) == 0 {
		return ""
	}
	fate[id] = all[1:]
	return all[0]
}

func (m *model) say(words string) { m.log = append(m.log, words) }

func (m *model) begin() {
	for _, k := range slices.Clone(m.kids) {
		if k.wanted && !k.running && !m.over {
			m.start(k)
		}
	}
	if !m.over {
		m.say("all started")
	}
}

// start starts k, with all that follows if it fails.
func (m *model) start(k *kid) {
	m.say("launch " + k.id)
	switch fated(m.fate, k.id) {
	case "ignored":
		m.settle(k)
	case "fails":
		if k.first && !k.patient {
			m.end("start failed")
			return
		}
		m.fail(k)
	default:
		k.running, k.first = true, false
	}
}

// settle lets k be ended for good.
func (m *model) settle(k *kid) {
	k.wanted, k.running, k.first = false, false, false
	if k.restart == Temporary || m.strategy == Dynamic {
		m.kids = slices.DeleteFunc(m.kids, func(other *kid) bool { return other == k })
	}
}

func (m *model) stop(k *kid) {
	m.say("ask " + k.id)
	k.running = false
}

// crash is the end of k by itself.
func (m *model) crash(k *kid, well bool) {
	k.running = false
	if k.restart == Transient && well {
		m.forGood(k)
		return
	}
	m.fail(k)
}

// forGood is an end of k by itself after which it is not restarted.
func (m *model) forGood(k *kid) {
	m.settle(k)
	others := slices.ContainsFunc(m.kids, func(other *kid) bool { return other.significant && other.wanted })
	if k.significant && (m.auto == AnySignificant || !others) {
		m.end("shut itself down")
	}
}

// fail is a failure of k, which does not run.
func (m *model) fail(k *kid) {
	if k.restart == Temporary {
		m.forGood(k)
		return
	}
	m.restarts = append(m.restarts, m.now)
	recent := 0
	for _, at := range m.restarts {
		if at+m.period >= m.now {
			recent++
		}
	}
	if recent > m.intensity {
		m.end("gave up")
		return
	}
	members := []*kid{k}
	switch m.strategy {
	case OneForAll:
		members = slices.Clone(m.kids)
	case RestForOne:
		members = slices.Clone(m.kids[slices.Index(m.kids, k):])
	}
	for _, other := range slices.Backward(members) {
		if other.running {
			m.stop(other)
		}
		if other != k && other.wanted && other.restart == Temporary {
			m.settle(other)
		}
	}
	for _, other := range members {
		// A failure in between begins all this anew, and ends with all started.
		if other.wanted && !other.running && !m.over {
			m.start(other)
		}
	}
}

func (m *model) end(why string) {
	m.over = true
	for _, k := range slices.Backward(m.kids) {
		if k.running {
			m.stop(k)
		}
	}
	m.say("over: " + why)
}

// call answers a Call, in a word.
func (m *model) call(request any, added kid) {
	var id string
	var answer func(*kid) string
	switch r := request.(type) {
	case AddChild:
		if i := m.index(r.ID); i < 0 {
			m.kids = append(m.kids, &added)
			m.say(m.tryout(&added, true))
		} else if m.kids[i].running {
			m.say("already started")
		} else {
			m.say("already present")
		}
		return
	case StopChild:
		id, answer = r.ID, func(k *kid) string {
			if k.running {
				m.stop(k)
			}
			m.settle(k)
			return "ok"
		}
	case StartChild:
		id, answer = r.ID, m.idle(func(k *kid) string { return m.tryout(k, false) })
	case RemoveChild:
		id, answer = r.ID, m.idle(func(k *kid) string {
			m.kids = slices.Delete(m.kids, m.index(k.id), m.index(k.id)+1)
			return "ok"
		})
	case ResetChild:
		id, answer = r.ID, func(*kid) string {
			m.restarts = nil
			return "ok"
		}
	}
	i := m.index(id)
	if i < 0 {
		m.say("not found")
		return
	}
	m.say(answer(m.kids[i]))
}

func (m *model) index(id string) int {
	return slices.IndexFunc(m.kids, func(k *kid) bool { return k.id == id })
}

// idle refuses what is for children at rest only.
func (m *model) idle(answer func(*kid) string) func(*kid) string {
	return func(k *kid) string {
		switch {
		case m.strategy == Dynamic:
			return "dynamic"
		case k.running:
			return "running"
		}
		return answer(k)
	}
}

// tryout starts k for a call: once, and a failure is the call's.
func (m *model) tryout(k *kid, added bool) string {
	m.say("launch " + k.id)
	switch fated(m.fate, k.id) {
	case "ignored":
		m.settle(k)
	case "fails":
		m.settle(k)
		if i := m.index(k.id); added && i >= 0 {
			m.kids = slices.Delete(m.kids, i, i+1)
		}
		return "start failed"
	default:
		k.running, k.wanted = true, true
	}
	return "ok"
}
