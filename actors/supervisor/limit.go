package supervisor

import (
	"fmt"
	"time"

	"golang.org/x/time/rate"
)

// StartLimit is a ceiling on how often children are started, shared by all
// supervisors that are given it. What is over it is not refused but comes later,
// in the order in which it was asked for. Safe for concurrent use.
type StartLimit struct{ bucket *rate.Limiter }

// NewStartLimit returns a limit of perSecond starts each second, of which burst
// may come at once. Both must be positive.
func NewStartLimit(perSecond float64, burst int) (*StartLimit, error) {
	if !(perSecond > 0) || burst <= 0 {
		return nil, fmt.Errorf("supervisor: start limit: %v a second, %d at once: both must be positive", perSecond, burst)
	}
	return &StartLimit{bucket: rate.NewLimiter(rate.Limit(perSecond), burst)}, nil
}

// reserve takes the next free place and returns how long it is until then.
func (l *StartLimit) reserve(now time.Time) time.Duration {
	if l == nil {
		return 0
	}
	return l.bucket.ReserveN(now, 1).DelayFrom(now)
}
