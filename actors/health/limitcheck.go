package health

import "time"

// Breach is what is to be done about a child that has passed a limit.
type Breach struct {
	Action Action
	Err    *LimitError
}

// Record is what has been done about the limits of one incarnation. The zero
// value is nothing yet. It is changed by CheckLimits only.
type Record struct {
	incarnation uint32
	passed      []bool // by limit: done, and not yet to be done again
}

// CheckLimits returns what is to be done after the newest sample of the ring, and the
// record to be given with the next one. An earlier incarnation's record counts
// for nothing. chance, from 0 to 1, is the child's share of jitter; it is to stay
// the same over an incarnation. If more than one restart is due, the one that
// waits the least is alone.
func CheckLimits(limits []Limit, record Record, ring *Ring, chance float64) (Record, []Breach) {
	s, ok := ring.Last()
	if !ok || len(limits) == 0 {
		return record, nil
	}
	if record.incarnation != s.Incarnation || len(record.passed) != len(limits) {
		record = Record{incarnation: s.Incarnation}
	}
	passed := make([]bool, len(limits))
	var breaches []Breach
	for i, l := range limits {
		before := len(record.passed) > 0 && record.passed[i]
		err, known := l.exceeded(ring, chance)
		switch {
		case !known, before && l.Action != Warn:
			passed[i] = before
		case err != nil:
			passed[i] = true
			if !before {
				breaches = append(breaches, Breach{l.Action, err})
			}
		}
	}
	record.passed = passed
	return record, oneRestart(breaches)
}

// oneRestart leaves only the most urgent of several restarts.
func oneRestart(breaches []Breach) []Breach {
	var kept []Breach
	var restart *Breach
	for i, v := range breaches {
		if v.Action == Warn {
			kept = append(kept, v)
		} else if restart == nil || v.Action > restart.Action {
			restart = &breaches[i]
		}
	}
	if restart != nil {
		kept = append(kept, *restart)
	}
	return kept
}

// exceeded returns the error if the newest sample is over the limit. If its value
// is unknown there is nothing to say.
func (l Limit) exceeded(ring *Ring, chance float64) (err *LimitError, known bool) {
	s, _ := ring.Last()
	e := &LimitError{Resource: l.Resource()}
	switch e.Resource {
	case Memory:
		e.Limit, e.Value = float64(l.MemoryBytes), float64(s.MemoryBytes)
	case CPU:
		e.Limit, e.Value = l.CPUPercent, share(ring, l.over())
	case Descriptors:
		e.Limit, e.Value = float64(l.Descriptors), float64(s.Descriptors)
	case Age:
		e.Limit = l.Age.Seconds() + chance*l.Jitter.Seconds() // as durations they may overflow
		e.Value = s.Age.Seconds()
	}
	if e.Value < 0 {
		return nil, false
	}
	if e.Value <= e.Limit {
		return nil, true
	}
	return e, true
}

// share returns the processor time of the last samples in percent of one core:
// of as few as span the time, Unknown if those of this incarnation do not.
func share(ring *Ring, over time.Duration) float64 {
	last := ring.back(0)
	for n := 1; n < len(ring.samples); n++ {
		s := ring.back(n)
		if s.Incarnation != last.Incarnation || s.PID != last.PID || s.CPU < 0 {
			break
		}
		if passed := last.At.Sub(s.At); passed >= over && passed > 0 {
			return percent(last.CPU-s.CPU, passed)
		}
	}
	return Unknown
}
