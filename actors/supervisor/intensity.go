package supervisor

import "time"

// window holds when restarts happened, oldest first, on a monotonic clock.
type window []time.Duration

// add enters a restart at now and forgets what is more than period ago. A
// restart exactly period ago is kept, as in OTP. It keeps the newest, one more than
// limit, which is all that who counts them against it needs. As with append, w
// must not be used again.
func (w window) add(now, period time.Duration, limit int) window {
	first := max(len(w)-limit, 0)
	w = append(w, now)
	for now-w[first] > period {
		first++
	}
	return w[first:]
}
