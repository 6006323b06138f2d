package process

import (
	"fmt"
	"time"

	"brood/actors"
	"brood/actors/protocol"
)

// phase is where an incarnation is in its life.
type phase uint8

const (
	idle     phase = iota // no incarnation
	spawning              // the waiter is starting the process
	starting              // it runs; its hello, or a proof that it is ready, is awaited
	running               // ready for work
	ending                // it was asked, or is being made, to end
	draining              // it has ended; its outputs are being read to their end
)

var phaseNames = [...]string{"idle", "spawning", "starting", "running", "ending", "draining"}

func (p phase) String() string { return phaseNames[p] }

// timer names the alarms of an incarnation.
type timer uint8

const (
	timerStart  timer = iota // hello, or the proof, is overdue
	timerStep                // a step of the stop plan was not followed
	timerKill                // the time for the whole plan is over
	timerReap                // not even a kill ended it
	timerLinger              // it closed its wire and still runs
	timerDrain               // it has ended and somebody holds an output open
	timers
)

var timerNames = [...]string{"start", "step", "kill", "reap", "linger", "drain"}

func (t timer) String() string { return timerNames[t] }

// How long the machine waits where the user has no say.
const (
	// reapDelay bounds the wait for a process after KILL. A process in
	// uninterruptible sleep (state D) can survive it.
	reapDelay = 5 * time.Second
	// cutDelay bounds the wait for the readers of outputs that were closed. They
	// end at once, unless one is held up in its consumer's own code.
	cutDelay = 500 * time.Millisecond
	// lingerDelay is the time between the end of the wire and the end of the
	// process that counts as one event: a dying process closes its
	// descriptors first.
	lingerDelay = time.Second
)

var (
	errSurvived  = fmt.Errorf("still there %s after SIGKILL", reapDelay)
	errWireEnded = fmt.Errorf("%w: child closed its end of the wire and runs on", protocol.ErrProtocol)
)

// limits is what the machine needs of a Spec.
type limits struct {
	hello               bool // the protocol begins with a hello
	proof               bool // its readiness has to be proven
	startTimeout, drain time.Duration
	grace               time.Duration // of a stop that nobody asked for
	plan                StopPlan
	cancelStep          time.Duration
}

// state of the machine. It is changed by step only.
type state struct {
	phase       phase
	incarnation uint32
	open        int           // outputs that have not ended
	noHello     bool          // … came yet, and it is awaited
	noProof     bool          // … likewise
	stop        bool          // Stop was asked while there is an incarnation
	urgent      bool          // … and at once
	grace       time.Duration // … within this time
	why         actors.Reason // … for this reason; 0: ReasonStopped
	whyErr      error         // … which has this cause
	plan        []planned     // steps of the stop that are still to come
	reason      actors.Reason // why brood ended it; 0: it was not brood
	cause       error
	cut         bool // output was cut off
}

// step is the life of a child: what happens to it, what brood does about it.
func step(s state, ev event, l limits) (state, []effect) {
	switch ev.kind {
	case evStart:
		if s.phase != idle {
			return s, nil
		}
		return state{phase: spawning, incarnation: s.incarnation + 1}, do(efSpawn)
	case evSpawned:
		return s.spawned(ev.streams, l)
	case evSpawnFailed:
		s.reason, s.cause = actors.ReasonStartFailed, ev.err
		return s.end()
	case evHello:
		s.noHello = false
		return s.ready()
	case evProven:
		s.noProof = false
		return s.ready()
	case evUnhealthy:
		return s.unhealthy(ev, l)
	case evFault:
		return s.fault(ev.reason, ev.err)
	case evOverdue:
		return s.overdue(ev.err, l)
	case evStop:
		return s.stopped(ev, l)
	case evStepFailed:
		if s.phase == ending {
			return s.advance()
		}
	case evStreamEnded:
		return s.streamEnded()
	case evWireEnded:
		return s.wireEnded(ev.err)
	case evWireBroken:
		return s, s.linger()
	case evExited:
		return s.exited(l)
	case evExpired:
		return s.expired(ev, l)
	}
	return s, nil
}

func (s state) spawned(streams int, l limits) (state, []effect) {
	s.open, s.noHello, s.noProof = streams, l.hello, l.proof
	effects := do(efAdopt)
	if s.stop {
		s.phase = starting // it runs; now it can be stopped
		next, more := s.wind(l)
		return next, append(effects, more...)
	}
	if l.hello || l.proof {
		s.phase = starting
		return s, append(effects, arm(timerStart, l.startTimeout))
	}
	s.phase = running
	return s, append(effects, do(efReady)...)
}

func (s state) fault(reason actors.Reason, cause error) (state, []effect) {
	if s.phase != starting && s.phase != running {
		return s, nil
	}
	s.phase, s.reason, s.cause = ending, reason, cause
	return s.kill()
}

func (s state) streamEnded() (state, []effect) {
	s.open--
	if s.phase == draining && s.open == 0 {
		return s.end()
	}
	return s, nil
}

func (s state) wireEnded(err error) (state, []effect) {
	if s.cause == nil {
		s.cause = err
	}
	lingers := s.linger()
	s, effects := s.streamEnded()
	return s, append(effects, lingers...)
}

// linger gives a child that closed the wire time to be found dead, so that its
// exit says what ended it, before it is killed for closing it.
func (s state) linger() []effect {
	if s.phase != starting && s.phase != running {
		return nil
	}
	return []effect{arm(timerLinger, lingerDelay)}
}

func (s state) exited(l limits) (state, []effect) {
	if s.phase == idle || s.phase == draining {
		return s, nil // given up on earlier
	}
	s.phase = draining
	if s.open == 0 {
		return s.end()
	}
	effects := append(do(efDisarm), arm(timerDrain, l.drain))
	if s.urgent {
		s, more := s.cutOff()
		return s, append(effects, more...)
	}
	return s, effects
}

func (s state) expired(ev event, l limits) (state, []effect) {
	switch ev.timer {
	case timerStart:
		return s.late(ev)
	case timerLinger:
		return s.fault(actors.ReasonProtocol, errWireEnded)
	case timerStep:
		if s.phase == ending {
			return s.advance()
		}
	case timerKill:
		if s.phase == ending {
			return s.kill()
		}
	case timerDrain:
		if ev.busy && !s.stop {
			return s, []effect{arm(timerDrain, l.drain)}
		}
		return s.cutOff()
	case timerReap:
		if s.phase == ending {
			s.cause = errSurvived
		}
		s.cut = s.open > 0
		return s.end()
	}
	return s, nil
}

func (s state) end() (state, []effect) {
	effects := do(efDisarm, efEnd)
	if s.stop {
		effects = append(effects, do(efStopped)...)
	}
	s.phase = idle
	return s, effects
}
