package health

import (
	"fmt"
	"math"
	"time"

	"brood/ptyio"
)

// Limit says how much a child's tree may use and what is done when it uses more.
// Exactly one of MemoryBytes, CPUPercent, Descriptors and Age is set. Limits are
// checked against samples: what happens between two of them is not seen. The
// kernel's own limits, which a child runs into by itself, are ptyio's
// Command.Limits and Command.Cgroup.
type Limit struct {
	// MemoryBytes bounds Sample.MemoryBytes.
	MemoryBytes int64
	// CPUPercent bounds the processor time, in percent of one core, that was used
	// in Over. Zero Over means 10 s. There is no verdict before the child has run
	// that long.
	CPUPercent float64
	Over       time.Duration
	// Descriptors bounds Sample.Descriptors.
	Descriptors int
	// Age bounds how long an incarnation runs. Jitter is the most that is added
	// to it, by chance and for each incarnation anew, so that children that were
	// started together are not replaced together.
	Age    time.Duration
	Jitter time.Duration

	// Action is what is done. Zero means Warn.
	Action Action
}

// DefaultOver is Limit.Over's default.
const DefaultOver = 10 * time.Second

// Action is what is done when a limit is passed.
type Action uint8

const (
	// Warn tells the child's subscribers, once until the child was below the
	// limit again.
	Warn Action = iota
	// RestartWhenIdle keeps new tasks from the child, and stops it as soon as it
	// holds none, at once if it takes no tasks; its supervisor starts the next
	// incarnation. Once per incarnation.
	RestartWhenIdle
	// RestartNow stops the child by its stop plan, whatever it holds; its
	// supervisor starts the next incarnation. Once per incarnation.
	RestartNow
)

var actionWords = [...]string{Warn: "warn", RestartWhenIdle: "restart when idle", RestartNow: "restart now"}

// String returns the action in words.
func (a Action) String() string {
	if int(a) < len(actionWords) {
		return actionWords[a]
	}
	return "unknown"
}

// Resource is what a Limit bounds.
type Resource uint8

// The resources. The zero value is none.
const (
	Memory Resource = iota + 1
	CPU
	Descriptors
	Age
)

var resourceWords = [...]string{0: "unknown", Memory: "memory", CPU: "cpu", Descriptors: "descriptors", Age: "age"}

// String returns the resource in words.
func (r Resource) String() string {
	if int(r) < len(resourceWords) {
		return resourceWords[r]
	}
	return resourceWords[0]
}

// Resource returns what the limit bounds; zero if nothing, or more than one
// thing, is set.
func (l Limit) Resource() Resource {
	var found Resource
	for r, set := range map[Resource]bool{
		Memory: l.MemoryBytes != 0, CPU: l.CPUPercent != 0, Descriptors: l.Descriptors != 0, Age: l.Age != 0,
	} {
		if set && found != 0 {
			return 0
		}
		if set {
			found = r
		}
	}
	return found
}

// Faults returns everything that is wrong with the limits of a child that is
// sampled at this interval.
func Faults(limits []Limit, interval time.Duration) []error {
	var faults []error
	for i, l := range limits {
		for _, fault := range l.faults(interval) {
			faults = append(faults, fmt.Errorf("limit %d: %w", i, fault))
		}
	}
	return faults
}

func (l Limit) faults(interval time.Duration) (faults []error) {
	fault := func(bad bool, format string, args ...any) {
		if bad {
			faults = append(faults, fmt.Errorf(format, args...))
		}
	}
	resource := l.Resource()
	fault(resource == 0, "not exactly one of MemoryBytes, CPUPercent, Descriptors and Age is set")
	fault(l.MemoryBytes < 0, "MemoryBytes is %d", l.MemoryBytes)
	fault(l.CPUPercent < 0 || math.IsNaN(l.CPUPercent) || math.IsInf(l.CPUPercent, 0), "CPUPercent is %v", l.CPUPercent)
	fault(l.Descriptors < 0, "Descriptors is %d", l.Descriptors)
	fault(l.Age < 0, "Age is %s", l.Age)
	fault(l.Over < 0, "Over is %s", l.Over)
	fault(l.Jitter < 0, "Jitter is %s", l.Jitter)
	fault(l.Over != 0 && resource != CPU, "Over is set and CPUPercent is not")
	fault(l.Jitter != 0 && resource != Age, "Jitter is set and Age is not")
	longest := (RingSize - 2) * interval // a tick comes late, or early after that
	fault(resource == CPU && l.over() > longest, "Over is %s, samples are kept for %s", l.over(), longest)
	fault(l.Action > RestartNow, "unknown Action %d", l.Action)
	if err := CanSample(resource); err != nil {
		faults = append(faults, err)
	}
	return faults
}

// CanSample returns why a resource of a tree cannot be measured on this system, an
// error that matches ptyio.ErrUnsupported; nil if it can. An age always can.
func CanSample(r Resource) error {
	if sampled || r == 0 || r == Age {
		return nil
	}
	return fmt.Errorf("%s cannot be sampled: %w", r, ptyio.ErrUnsupported)
}

func (l Limit) over() time.Duration {
	if l.Over == 0 {
		return DefaultOver
	}
	return l.Over
}

// LimitError says which limit a child's tree has passed.
type LimitError struct {
	Resource Resource
	// Limit and Value are in bytes, percent of one core, descriptors, or seconds
	// of age. The limit of an age has its jitter in it.
	Limit, Value float64
}

// Error names the resource, the value and the limit.
func (e *LimitError) Error() string {
	return fmt.Sprintf("%s of the child's tree is %s, limit %s", e.Resource, e.text(e.Value), e.text(e.Limit))
}

func (e *LimitError) text(n float64) string {
	switch e.Resource {
	case Memory:
		return fmt.Sprintf("%.0f bytes", n)
	case CPU:
		return fmt.Sprintf("%.4g %% of one core", n)
	case Age:
		return time.Duration(n * float64(time.Second)).Round(time.Millisecond).String()
	}
	return fmt.Sprintf("%.0f", n)
}
