package worker

import "time"

// stretch is the time from when the handler's goroutine got tasks to when it has none
// left.
type stretch struct {
	began time.Time
	tasks int
}

func (s *stretch) begin() { *s = stretch{began: time.Now()} }

// end returns how long it took, and for how many tasks.
func (s *stretch) end() (took time.Duration, tasks int) {
	if s.tasks == 0 {
		return 0, 0
	}
	return time.Since(s.began), s.tasks
}
