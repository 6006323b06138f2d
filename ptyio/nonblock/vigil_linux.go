package nonblock

import (
	"sync/atomic"
	"time"
)

// wakeEvery is how often the scheduler's monitor is woken by a program that is at work.
const wakeEvery = 50 * time.Millisecond

// vigil keeps the scheduler's monitor thread from sleeping too deep. The monitor is who
// takes the processor from goroutines that compute for long, and looks for I/O while
// none is idle. It goes to sleep when all processors are, until the next timer, but for
// a minute at most; and it is woken by system calls, of which the scheduler is told.
// Where nobody makes any but ours, a goroutine that computes could keep all others from
// running for that long. So once in a while one of our calls is an ordinary one, and
// there is a timer that is due soon after.
type vigil struct {
	began time.Time
	last  atomic.Int64 // when a call was an ordinary one, since began
	timer *time.Timer  // does nothing; moving it to a later time costs next to nothing
}

func newVigil() *vigil {
	v := &vigil{began: time.Now(), timer: time.AfterFunc(time.Hour, func() {})}
	v.timer.Stop()
	v.last.Store(-int64(wakeEvery))
	return v
}

// due reports whether the next call is to be an ordinary one. The timer is set before
// that, so that whenever the monitor goes to sleep thereafter, it knows of it.
func (v *vigil) due() bool {
	now, last := int64(time.Since(v.began)), v.last.Load()
	if now-last < int64(wakeEvery) || !v.last.CompareAndSwap(last, now) {
		return false
	}
	v.timer.Reset(2 * wakeEvery)
	return true
}
