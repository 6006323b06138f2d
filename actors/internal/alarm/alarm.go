package alarm

import (
	"sync/atomic"
	"time"

	"github.com/asynkron/protoactor-go/actor"
)

// Alarm is a one-shot timer that posts a message to an actor. The zero value
// is an alarm that is not set. It belongs to one actor and is not safe for
// concurrent use. An owner that ends must call Stop.
//
// Neither Stop nor a new Set recalls a message that was already posted: it may
// wait in the mailbox and arrive later. A message must therefore let its
// receiver tell that it is out of date, by a number or by its own identity.
type Alarm struct {
	setting *setting
}

// setting is one use of an Alarm. The flag is its own, so that a timer that
// fires while it is being replaced does not mark its successor as over.
type setting struct {
	timer *time.Timer
	rung  atomic.Bool
}

// Set makes the alarm post message to the actor to when after has passed, and
// takes an earlier setting back. Zero or less posts at once. The timer's own
// goroutine does the posting and ends with it.
func (a *Alarm) Set(system *actor.ActorSystem, to *actor.PID, after time.Duration, message any) {
	a.Stop()
	s := &setting{}
	a.setting = s
	s.timer = time.AfterFunc(after, func() {
		// Before the post: whoever handles the message finds Pending false.
		s.rung.Store(true)
		system.Root.Send(to, message)
	})
}

// Stop takes the setting back. Without one it does nothing.
func (a *Alarm) Stop() {
	if a.setting == nil {
		return
	}
	a.setting.timer.Stop()
	a.setting = nil
}

// Pending reports whether the alarm is set and has not begun to post.
func (a *Alarm) Pending() bool {
	return a.setting != nil && !a.setting.rung.Load()
}
