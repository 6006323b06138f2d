package process

import (
	"fmt"
	"time"

	"brood/actors"
)

// event is what happened. Exactly one field group of a kind is used.
type event struct {
	kind    eventKind
	streams int           // spawned: outputs to be read
	err     error         // spawnFailed, wireEnded, fault, overdue, unhealthy, stop; expired start: why it is not proven
	reason  actors.Reason // fault, stop
	grace   time.Duration // stop
	gentle  bool          // unhealthy: it can be expected to follow a request to end
	timer   timer         // expired
	more    time.Duration // expired start: so much longer the child has asked for
	busy    bool          // expired drain: output waits for its consumer, not for the child
}

type eventKind uint8

const (
	evStart eventKind = iota
	evSpawned
	evSpawnFailed
	evHello
	evProven // its readiness
	evUnhealthy
	evFault
	evOverdue // a cancelled task was not answered in time
	evStop
	evStepFailed // of the stop plan: it could not be done
	evStreamEnded
	evWireEnded
	evWireBroken
	evExited
	evExpired
)

// effect is what the actor has to do.
type effect struct {
	kind  effectKind
	timer timer         // arm, disarm of one
	after time.Duration // arm
	step  int           // step
}

type effectKind uint8

const (
	efSpawn     effectKind = iota // let a waiter start the process
	efAdopt                       // report Started, read the outputs
	efReady                       // report Ready
	efAskToEnd                    // send the protocol's shutdown
	efInterrupt                   // INT (and CONT) to the tree
	efTerminate                   // TERM (and CONT) to the tree
	efStep                        // do a step of the stop plan
	efKill                        // KILL to the tree
	efArm                         // set an alarm
	efDisarm                      // stop all alarms
	efDisarmOne                   // stop an alarm
	efCut                         // close the outputs
	efEnd                         // settle the tasks, release everything, report Down
	efStopped                     // answer Stop
)

var effectNames = [...]string{"spawn", "adopt", "ready", "ask-to-end", "interrupt", "terminate", "step", "kill", "arm", "disarm", "disarm", "cut", "end", "stopped"}

func (e effect) String() string {
	switch e.kind {
	case efArm:
		return fmt.Sprintf("arm(%s %s)", e.timer, e.after)
	case efDisarmOne:
		return fmt.Sprintf("disarm(%s)", e.timer)
	case efStep:
		return fmt.Sprintf("step(%d)", e.step)
	}
	return effectNames[e.kind]
}

func do(kinds ...effectKind) []effect {
	effects := make([]effect, len(kinds))
	for i, kind := range kinds {
		effects[i].kind = kind
	}
	return effects
}

func arm(t timer, after time.Duration) effect { return effect{kind: efArm, timer: t, after: after} }

func disarm(t timer) effect { return effect{kind: efDisarmOne, timer: t} }
