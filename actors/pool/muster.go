package pool

import (
	"errors"
	"strconv"
	"strings"
	"time"

	"brood/actors"
	"brood/actors/internal/alarm"
	"brood/actors/process"
	"brood/actors/supervisor"
)

// muster is what the actor has to carry out the crew's orders.
type muster struct {
	child MakeChild // of the current version
	next  MakeChild // of the roll that is under way
	alarm alarm.Alarm
	due   *look     // what the alarm will post; older ones are void
	wake  time.Time // when
}

// change takes a request.
func (p *pool) change(m *Change) {
	err := errFixed
	if p.spec.Supervisor == nil {
		m.Reply <- err
		return
	}
	switch r := m.Request.(type) {
	case Resize:
		err = p.crew.setSize(r.Size, m.Reply)
	case Replace:
		err = p.crew.replace(r.Member, m.Reply)
	case Roll:
		if err = p.crew.startRoll(r.AtOnce, m.Reply); err == nil {
			p.muster.next = r.Child
		}
	}
	if err != nil {
		m.Reply <- err
	}
}

// errFixed: the pool has nobody who starts and stops members.
var errFixed = errors.New("pool: members are fixed")

// patience is how long the pool waits for its members' supervisor to be known, which
// a member can be sooner.
const patience = 5 * time.Millisecond

// look has the crew decide, and does what it says.
func (p *pool) look() {
	if p.spec.Supervisor == nil {
		return
	}
	if p.spec.Supervisor() == nil {
		p.crew.changed = false
		p.setAlarm(p.crew.now.Add(patience))
		return
	}
	rolling := p.crew.roll
	orders, wake := p.crew.decide()
	if rolling != nil && p.crew.roll == nil && p.crew.version == rolling.version {
		p.muster.child = p.muster.next // also for what was just decided
	}
	for _, o := range orders {
		switch o.deed {
		case hire:
			p.hire(o.member)
		case recall:
			p.system.Root.Send(p.pids[o.member], &process.Revoke{N: p.crew.members[o.member].held})
		case dismiss:
			p.ask(supervisor.StopChild{ID: MemberID(o.member)})
		}
	}
	p.setAlarm(wake)
}

// hire has the supervisor start a member.
func (p *pool) hire(i int) {
	child := p.muster.child
	if roll := p.crew.roll; roll != nil && p.crew.members[i].version == roll.version {
		child = p.muster.next
	}
	for len(p.pids) < len(p.crew.members) {
		p.pids, p.hands = append(p.pids, nil), append(p.hands, hand{})
	}
	p.ask(supervisor.AddChild{ID: MemberID(i), Make: func() (supervisor.Child, error) { return child(i) }})
}

// ask asks the members' supervisor; the answer comes as a message.
func (p *pool) ask(request any) {
	p.system.Root.RequestWithCustomSender(p.spec.Supervisor(), &supervisor.Call{Request: request}, p.self)
}

// answered takes what the supervisor says. If it is ending, all members are, and the
// pool is told of that as well.
func (p *pool) answered(m *supervisor.Answer) {
	if errors.Is(m.Err, actors.ErrStopping) {
		return
	}
	switch r := m.Request.(type) {
	case supervisor.AddChild:
		p.crew.hired(memberOf(r.ID), m.Err, survived(m.Err))
	case supervisor.StopChild:
		p.ask(supervisor.RemoveChild(r))
	case supervisor.RemoveChild:
		p.crew.left(memberOf(r.ID), m.Err != nil && !errors.Is(m.Err, supervisor.ErrNotFound))
	}
}

// memberOf is the inverse of MemberID.
func memberOf(id string) int {
	n, _ := strconv.Atoi(strings.TrimPrefix(id, memberPrefix))
	return n
}

// survived reports whether a start failed so that something is left of it.
func survived(err error) bool {
	var failed *supervisor.StartFailedError
	return errors.As(err, &failed) && len(failed.Exit.Survivors) > 0
}

// setAlarm has the crew look again at this time.
func (p *pool) setAlarm(at time.Time) {
	m := &p.muster
	if at.Equal(m.wake) {
		return
	}
	m.wake = at
	if at.IsZero() {
		m.alarm.Stop()
		return
	}
	m.due = &look{}
	p.set(&m.alarm, at.Sub(p.crew.now), m.due)
}

// lookDue is the alarm.
func (p *pool) lookDue(m *look) {
	if m == p.muster.due {
		p.muster.wake, p.crew.changed = time.Time{}, true
	}
}

// aboutCrew takes the messages about members that come seldom.
func (p *pool) aboutCrew(message any) {
	switch m := message.(type) {
	case *supervisor.Answer:
		p.answered(m)
	case *Change:
		p.change(m)
	case *StopRoll:
		if roll := p.crew.roll; roll != nil && roll.reply == m.Reply {
			p.crew.stopRoll(m.Err)
		}
	case *Pause:
		p.scheduler.paused = !p.scheduler.draining
	case *Resume:
		p.scheduler.paused = false
	case *Sampled:
		p.crew.sampled(m.Member, m.Incarnation, m.MemoryBytes)
	case *look:
		p.lookDue(m)
	}
}
