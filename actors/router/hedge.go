package router

import "time"

// Defaults of Hedge.
const (
	DefaultHedgeAfter   = 100 * time.Millisecond
	DefaultHedgePercent = 10
)

// Hedge gives a task a second try at another member if the first has not
// answered within the time that 95 of 100 tasks took lately; the first answer
// wins and the other try is cancelled. Only a Repeatable task is tried twice. It
// helps where a few answers are late for reasons of their own; where all are
// late, more tries would make it worse, which Percent keeps them from.
type Hedge struct {
	// By picks the members. Nil means LeastLoaded.
	By Policy
	// After is the time until the second try while fewer than 20 answers have come.
	// Zero means 100 ms.
	After time.Duration
	// Percent is how many second tries there may be for 100 tasks, besides the 10
	// that a router starts with. Zero means 10.
	Percent int
}

var (
	_ Policy = Hedge{}
	_ termed = Hedge{}
)

// Pick returns the member for the next try.
func (h Hedge) Pick(c *Choice) int { return h.by().Pick(c) }

func (h Hedge) terms() terms {
	if h.After == 0 {
		h.After = DefaultHedgeAfter
	}
	if h.Percent == 0 {
		h.Percent = DefaultHedgePercent
	}
	return terms{hedge: &h}
}

func (h Hedge) by() Policy {
	if h.By == nil {
		return LeastLoaded{}
	}
	return h.By
}

func (h Hedge) faults() (faults []string) {
	if h.After < 0 {
		faults = append(faults, "Hedge.After is negative")
	}
	if h.Percent < 0 || h.Percent > 100 {
		faults = append(faults, "Hedge.Percent is not between 0 and 100")
	}
	if _, nested := h.By.(termed); nested {
		faults = append(faults, "Hedge.By asks several members itself")
	}
	return append(faults, faultsOf(h.By)...)
}
