package pause

import (
	"math"
	"time"
)

// After returns the pause after the n-th failure in a row: least after the first,
// then twice as long each time, up to most; and on top of that the share jitter of
// it, times random, which is in [0, 1). Without a failure there is none. A jitter
// below zero is none.
func After(n int, least, most time.Duration, jitter, random float64) time.Duration {
	if n < 1 {
		return 0
	}
	pause := least
	for ; n > 1 && pause < most; n-- {
		pause += min(pause, most-pause) // twice as much might not be a Duration any more
	}
	extra := float64(pause) * max(jitter, 0) * random
	if extra > float64(math.MaxInt64-pause) {
		return math.MaxInt64
	}
	return pause + time.Duration(extra)
}
