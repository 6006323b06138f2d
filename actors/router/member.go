package router

import (
	"slices"
	"time"

	"github.com/asynkron/protoactor-go/actor"
)

// restTime is how long a member that said that it cannot work just now is not
// asked again. It bounds how often a child that is being restarted is asked.
const restTime = 20 * time.Millisecond

// Member is an actor that takes tasks.
type Member struct {
	// PID is the actor's.
	PID *actor.PID
	// Calls says that it takes *process.Call, as pools, process actors and routers
	// do: then a task can be cancelled there. A router that is not said to take calls
	// must not lead back to this one. Else it is sent an *actors.Task and
	// must answer with one *actors.Result that has the Task's Tag.
	Calls bool
	// Prefetch is how many tasks it may have at once. Zero means any number.
	Prefetch int
}

// member is what the desk knows of one.
type member struct {
	Member
	seq  uint64
	hash uint64
	load int // tasks sent and not answered

	leaving bool      // gets no more tasks
	rests   time.Time // until when; zero: it does not

	done, failed, refused uint64
}

// able reports whether it can take a task now.
func (m *member) able() bool { return m.rests.IsZero() && (m.Prefetch == 0 || m.load < m.Prefetch) }

// identity is what makes two PIDs the same actor.
type identity struct{ address, id string }

func identify(pid *actor.PID) identity { return identity{pid.Address, pid.Id} }

// join takes a member in, or back if it is leaving.
func (d *desk) join(joining Member) {
	key := identify(joining.PID)
	m, known := d.known[key]
	if known && !m.leaving {
		return
	}
	if !known {
		d.joined++
		m = &member{Member: joining, seq: d.joined, hash: hash(joining.PID.Id)}
		d.known[key] = m
		d.hands.watch(m.PID)
	}
	m.leaving, m.rests = false, time.Time{} // nobody looked at its rest while it was away
	d.members = append(d.members, m)
	slices.SortFunc(d.members, func(a, b *member) int { return int(a.seq) - int(b.seq) })
	d.advance()
}

// leave lets a member finish what it has and gives it no more.
func (d *desk) leave(pid *actor.PID) {
	m, known := d.known[identify(pid)]
	if !known || m.leaving {
		return
	}
	m.leaving = true
	d.drop(m)
	d.part(m)
	d.fewer()
}

// part forgets a member that has left and has nothing more.
func (d *desk) part(m *member) {
	if m.leaving && m.load == 0 && d.known[identify(m.PID)] == m {
		delete(d.known, identify(m.PID))
		d.hands.unwatch(m.PID)
	}
}

// gone takes out a member whose actor has ended. What it had is not answered by
// it any more.
func (d *desk) gone(pid *actor.PID) {
	m, known := d.known[identify(pid)]
	if !known {
		return
	}
	delete(d.known, identify(pid))
	d.drop(m)
	var lost []*leg
	for _, in := range []*line{&d.flying, &d.hedgeable} {
		for r := in.head; r != nil; r = r.next {
			for _, l := range r.legs {
				if l.member == m {
					lost = append(lost, l)
				}
			}
		}
	}
	for _, l := range lost {
		l.kept = true // somebody may still know it
		d.settle(l, memberEnded)
	}
	d.fewer()
}

// fewer looks again at what waits: what wants all members may have them now.
func (d *desk) fewer() {
	d.advance()
	d.abandon()
}

func (d *desk) drop(m *member) {
	d.members = slices.DeleteFunc(d.members, func(other *member) bool { return other == m })
}

// rest gives a member a pause.
func (d *desk) rest(m *member) {
	if m.rests.IsZero() {
		d.resting++
	}
	m.rests = d.clock().Add(restTime)
}

// wake ends the pauses that are over.
func (d *desk) wake(now time.Time) {
	if d.resting == 0 {
		return
	}
	d.resting = 0
	for _, m := range d.members {
		if !m.rests.IsZero() && now.Before(m.rests) {
			d.resting++
			continue
		}
		m.rests = time.Time{}
	}
}
