package supervisor

import (
	"time"

	"brood/actors"
)

// input is what the machine is told. The actor makes it of messages.
type input struct {
	kind  inputKind
	child *child
	exit  actors.Exit   // inEnded
	grace time.Duration // inStop
	call  *Call         // inCall

	now    time.Duration // on a monotonic clock
	random float64       // in [0, 1)
}

type inputKind uint8

const (
	inBegin    inputKind = iota // the supervisor itself starts
	inReady                     // the child runs and is ready
	inEnded                     // its incarnation is over
	inStopped                   // it has answered a Stop: nothing of it runs
	inGone                      // its actor has ended, and its incarnation before
	inDue                       // its alarm rings
	inGroupDue                  // the group's alarm rings
	inStop                      // the supervisor is to end
	inCall
)

// effect is what the actor has to do.
type effect struct {
	kind  effectKind
	child *child
	// after is when the alarm rings: of fxArm, fxArmGroup; and for fxAsk, fxEnd
	// and fxAbandon how long is waited for the child to follow.
	after  time.Duration
	grace  time.Duration // fxAsk
	late   bool          // fxEnd, fxAbandon: the child did not follow in time
	event  Event         // fxEmit
	call   *Call         // fxAnswer
	answer *Answer       // fxAnswer
}

type effectKind uint8

const (
	fxLaunch  effectKind = iota // tell the child to start, with an actor if it has none
	fxAsk                       // ask it to stop
	fxEnd                       // end its actor
	fxAbandon                   // do without its actor's end
	fxArm                       // set its alarm
	fxQuiet                     // stop its alarm
	fxArmGroup
	fxQuietGroup
	fxEmit
	fxAnswer
	fxReady // all children have started for the first time
	fxLeave // all are gone: end
)
