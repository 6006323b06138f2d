package supervisor

import "time"

// window holds when restarts happened, oldest first, on a monotonic clock.
type window []time.Duration

// add enters a restart at now and forgets what is more than period ago. A
// restart exactly period ago is kept, as in OTP. As with append, w must not be
// used again.
func (w window) add(now, period time.Duration) window {
	w = append(w, now)
	first := 0
	for now-w[first] > period {
		first++
	}
	return w[first:]
}
