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
	err     error         // spawnFailed, wireEnded, fault
	reason  actors.Reason // fault
	grace   time.Duration // stop
	timer   timer         // expired
	busy    bool          // expired drain: output waits for its consumer, not for the child
}

type eventKind uint8

const (
	evStart eventKind = iota
	evSpawned
	evSpawnFailed
	evHello
	evFault
	evStop
	evStreamEnded
	evWireEnded
	evWireBroken
	evExited
	evExpired
)

// effect is what the actor has to do.
type effect struct {
	kind  effectKind
	timer timer         // arm
	after time.Duration // arm
}

type effectKind uint8

const (
	efSpawn     effectKind = iota // let a waiter start the process
	efAdopt                       // report Started, read the outputs
	efReady                       // report Ready
	efAskToEnd                    // send the protocol's shutdown
	efTerminate                   // TERM (and CONT) to the group
	efKill                        // KILL to the group
	efArm                         // set an alarm
	efDisarm                      // stop all alarms
	efCut                         // close the outputs
	efEnd                         // settle the tasks, release everything, report Down
	efStopped                     // answer Stop
)

var effectNames = [...]string{"spawn", "adopt", "ready", "ask-to-end", "terminate", "kill", "arm", "disarm", "cut", "end", "stopped"}

func (e effect) String() string {
	if e.kind == efArm {
		return fmt.Sprintf("arm(%s %s)", e.timer, e.after)
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

func arm(t timer, after time.Duration) effect { return effect{efArm, t, after} }
