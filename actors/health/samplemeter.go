package health

import (
	"math"
	"time"

	"brood/ptyio"
)

// Meter makes samples of the tallies of one incarnation. What has ended between
// two of them is kept, so that no count goes back. Make one for each incarnation.
// Not safe for concurrent use.
type Meter struct {
	incarnation uint32
	pid         int
	started     time.Time

	last     []ptyio.Member // of the last tally
	detailed []ptyio.Member // of the last one with details
	spare    []ptyio.Member // used again
	// What processes used that are there no more, and that none of the others
	// has taken over.
	cpu           time.Duration
	read, written int64
	switches      int64

	sample Sample // the last one
}

// NewMeter returns the meter of an incarnation with this process id, which was
// started at started.
func NewMeter(incarnation uint32, pid int, started time.Time) *Meter {
	return &Meter{incarnation: incarnation, pid: pid, started: started}
}

// Details reports whether the n-th sample of a child is to have details. The
// children are given different turns, so that not all are looked at in one
// sample.
func (m *Meter) Details(n int) bool {
	return m.sample.DetailAt.IsZero() || (n+m.pid)%DetailEvery == 0
}

// Sample makes the next sample of a tally that was taken now.
func (m *Meter) Sample(now time.Time, tally ptyio.Tally) Sample {
	s := Sample{
		Incarnation: m.incarnation, PID: m.pid, At: now, Age: now.Sub(m.started),
		CPUPercent: Unknown,
		DetailAt:   m.sample.DetailAt, Descriptors: Unknown,
		ReadBytes: Unknown, WrittenBytes: Unknown, Switches: Unknown,
	}
	m.measureCPU(&s, tally)
	measureSizes(&s, tally)
	if looked(tally.Members) {
		m.measureDetails(&s, tally)
	} else if !m.sample.DetailAt.IsZero() {
		s.Descriptors, s.Switches = m.sample.Descriptors, m.sample.Switches
		s.ReadBytes, s.WrittenBytes = m.sample.ReadBytes, m.sample.WrittenBytes
	}
	m.measurePeak(&s, tally)
	m.last = append(m.last[:0], tally.Members...)
	m.sample = s
	return s
}

// Blind makes the next sample of a child of which only the age can be known.
func (m *Meter) Blind(now time.Time) Sample {
	return Sample{
		Incarnation: m.incarnation, PID: m.pid, At: now, Age: now.Sub(m.started),
		CPU: Unknown, CPUPercent: Unknown, MemoryBytes: Unknown, PeakBytes: Unknown, Processes: Unknown, Threads: Unknown,
		DetailAt: now, Descriptors: Unknown, ReadBytes: Unknown, WrittenBytes: Unknown, Switches: Unknown,
	}
}

// measureCPU takes the kernel's sum or adds up what the processes have used.
// Summed up, time is lost when a process goes whose time nobody of the tree has
// taken over: then it is kept here.
func (m *Meter) measureCPU(s *Sample, tally ptyio.Tally) {
	if s.CPU = tally.Cgroup.CPU; s.CPU < 0 {
		var gone, taken time.Duration
		match(m.last, tally.Members, func(before, after *ptyio.Member) {
			if after == nil {
				gone += before.CPU + before.ReapedCPU
			} else if before != nil {
				taken += after.ReapedCPU - before.ReapedCPU
			}
		})
		m.cpu += max(0, gone-taken)
		s.CPU = m.cpu
		for i := range tally.Members {
			s.CPU += tally.Members[i].CPU + tally.Members[i].ReapedCPU
		}
	}
	if before := m.sample; !before.At.IsZero() {
		s.CPU = max(s.CPU, before.CPU)
		if passed := s.At.Sub(before.At); passed > 0 {
			s.CPUPercent = percent(s.CPU-before.CPU, passed)
		}
	}
}

// percent is in percent of one core, to one decimal: the kernel's steps are no
// finer.
func percent(cpu, passed time.Duration) float64 {
	return math.Round(1000*float64(cpu)/float64(passed)) / 10
}

func measureSizes(s *Sample, tally ptyio.Tally) {
	for i := range tally.Members {
		if m := &tally.Members[i]; !m.Ended {
			s.Processes++
			s.Threads += m.Threads
			s.MemoryBytes += m.ResidentBytes
		}
	}
	if sum := tally.Cgroup.MemoryBytes; sum >= 0 {
		s.MemoryBytes = sum
	}
}

// looked reports whether the living members were looked at in detail.
func looked(members []ptyio.Member) bool {
	for i := range members {
		if members[i].Detail.Looked {
			return true
		}
	}
	return false
}

func (m *Meter) measureDetails(s *Sample, tally ptyio.Tally) {
	now := append(m.spare[:0], tally.Members...)
	match(m.detailed, now, func(before, after *ptyio.Member) {
		if before != nil && after != nil && !after.Detail.Looked {
			after.Detail = before.Detail // it went in the middle of the look; the next one sees where to
		}
	})
	s.DetailAt, s.Descriptors = s.At, 0
	for i := range now {
		if d := &now[i].Detail; d.Looked {
			s.Descriptors = addKnown(s.Descriptors, d.Descriptors)
		}
	}
	s.ReadBytes = total(m.detailed, now, &m.read, func(d *ptyio.Detail) int64 { return d.ReadBytes }, true)
	s.WrittenBytes = total(m.detailed, now, &m.written, func(d *ptyio.Detail) int64 { return d.WrittenBytes }, true)
	s.Switches = total(m.detailed, now, &m.switches, func(d *ptyio.Detail) int64 { return d.Switches }, false)
	if u := tally.Cgroup; u.ReadBytes >= 0 && u.WrittenBytes >= 0 {
		s.ReadBytes, s.WrittenBytes = u.ReadBytes, u.WrittenBytes
	}
	m.detailed, m.spare = now, m.detailed
}

func addKnown[T int | int64](sum, n T) T {
	if sum < 0 || n < 0 {
		return Unknown
	}
	return sum + n
}

// total adds up a count of all processes, with what has gone with those that
// ended, which is kept in lost. A count that is inherited goes, at its owner's
// end, into that of the process which waited for it.
func total(before, now []ptyio.Member, lost *int64, count func(*ptyio.Detail) int64, inherited bool) (sum int64) {
	var gone, taken int64
	match(before, now, func(old, new *ptyio.Member) {
		switch {
		case old == nil || !old.Detail.Looked: // new to us: all that it has is in the sum
		case new == nil:
			gone += max(0, count(&old.Detail))
		case inherited:
			taken += max(0, count(&new.Detail)-count(&old.Detail))
		default: // of threads that have ended
			gone += max(0, count(&old.Detail)-count(&new.Detail))
		}
	})
	*lost += max(0, gone-taken)
	sum = *lost
	for i := range now {
		if d := &now[i].Detail; d.Looked {
			sum = addKnown(sum, count(d))
		}
	}
	return sum
}

func (m *Meter) measurePeak(s *Sample, tally ptyio.Tally) {
	if s.PeakBytes = tally.Cgroup.PeakBytes; s.PeakBytes >= 0 {
		return
	}
	s.PeakBytes = max(m.sample.PeakBytes, s.MemoryBytes)
	if tally.Cgroup.MemoryBytes >= 0 {
		return // a process's own peak is of another kind
	}
	for i := range tally.Members {
		s.PeakBytes = max(s.PeakBytes, tally.Members[i].Detail.PeakBytes)
	}
}

// match calls f for each process of either list, which are in the order of ids,
// with nil for the side that it is missing on.
func match(before, after []ptyio.Member, f func(before, after *ptyio.Member)) {
	for len(before) > 0 || len(after) > 0 {
		switch {
		case len(after) == 0 || len(before) > 0 && before[0].PID < after[0].PID:
			f(&before[0], nil)
			before = before[1:]
		case len(before) == 0 || after[0].PID < before[0].PID:
			f(nil, &after[0])
			after = after[1:]
		case before[0].Started != after[0].Started:
			f(&before[0], nil)
			f(nil, &after[0])
			before, after = before[1:], after[1:]
		default:
			f(&before[0], &after[0])
			before, after = before[1:], after[1:]
		}
	}
}
