package router

// Need is how many of the members that were asked must succeed.
type Need int

// All must succeed, or the First success is enough.
const (
	All   Need = 0
	First Need = 1
)

// Quorum returns the Need of n members.
func Quorum(n int) Need { return Need(n) }

// Scatter gives each task to several members at once and gathers their answers.
// The result is there as soon as enough have succeeded: its Payload is that of
// the first, Gathered has all that came. It is a *actors.QuorumError as soon as so
// many have failed that the others are too few, and at once if there are too few
// to begin with. In both cases the tasks that are still under way are cancelled.
// A member that fails is not replaced by another. Members that are busy are left
// out if the others are enough for Need; if they are not, the task waits, or is
// refused, as WhenEmpty says.
type Scatter struct {
	// By picks the members. Nil means RoundRobin.
	By Policy
	// Of is how many members get a task; if there are fewer, all of them do. Zero
	// means all.
	Of int
	// Need is how many must succeed. Zero means All that were asked.
	Need Need
}

var (
	_ Policy = Scatter{}
	_ termed = Scatter{}
)

// Pick returns the next member to ask.
func (s Scatter) Pick(c *Choice) int { return s.by().Pick(c) }

func (s Scatter) terms() terms { return terms{several: true, of: s.Of, need: s.Need} }

func (s Scatter) by() Policy {
	if s.By == nil {
		return RoundRobin{}
	}
	return s.By
}

func (s Scatter) faults() (faults []string) {
	if s.Of < 0 {
		faults = append(faults, "Scatter.Of is negative")
	}
	if s.Need < 0 {
		faults = append(faults, "Scatter.Need is negative")
	}
	if s.Of > 0 && int(s.Need) > s.Of {
		faults = append(faults, "Scatter.Need is more than Of")
	}
	if _, nested := s.By.(termed); nested {
		faults = append(faults, "Scatter.By asks several members itself")
	}
	return append(faults, faultsOf(s.By)...)
}
