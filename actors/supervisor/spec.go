package supervisor

import (
	"errors"
	"fmt"
	"regexp"
	"strings"
	"time"

	"github.com/asynkron/protoactor-go/actor"
	"github.com/hashicorp/go-multierror"
)

// Child describes one child of a supervisor.
type Child struct {
	// ID names the child among its siblings and is the last part of its PID:
	// 1 to 128 of A-Z, a-z, 0-9, '.', '_' and '-'.
	ID string
	// Props spawn the child's actor; again after it panicked. What the child
	// speaks is in the package's comment.
	Props *actor.Props
	// Restart says after which ends it is started again. Zero means Permanent.
	Restart Restart
	// Grace is passed on in the actors.Stop that the supervisor sends, and
	// bounds how long its answer is awaited, with 15 s on top. Zero means the
	// child's own; the answer is then awaited for 45 s. Negative means none.
	Grace time.Duration
}

// Spec describes a supervisor. The zero value is one without children.
type Spec struct {
	// Name tells the supervisor in error texts. The name of its PID is up to
	// who spawns it.
	Name string
	// Strategy says who is restarted with a child that failed. Zero means
	// OneForOne.
	Strategy Strategy
	// Intensity is how many restarts, of all children together, are allowed
	// within Period; one more and the supervisor gives up. With a Period, zero
	// means that the first failure does. Both zero mean OTP's 1 in 5 s.
	Intensity int
	// Period is the length of the window. Zero means 5 s.
	Period time.Duration
	// Backoff is the pause before each restart of a child.
	Backoff Backoff
	// Children are told to start from left to right, without awaiting the one
	// before, and stopped from right to left, each awaited.
	Children []Child
	// Subscribers get actors.GaveUp and actors.Down of the supervisor itself,
	// once. So does its parent, without being named here.
	Subscribers []*actor.PID
	// OnEvent, if not nil, is called with each Event, in the supervisor's turn.
	// It must neither block nor panic.
	OnEvent func(Event)
}

var childID = regexp.MustCompile(`^[A-Za-z0-9._-]{1,128}$`)

// validate returns all faults of the Spec as one *multierror.Error, or nil.
func (s Spec) validate() error {
	var faults *multierror.Error
	if s.Strategy != OneForOne {
		faults = multierror.Append(faults, fmt.Errorf("unknown Strategy %d", s.Strategy))
	}
	if s.Intensity < 0 {
		faults = multierror.Append(faults, fmt.Errorf("spec.Intensity is negative: %d", s.Intensity))
	}
	if s.Period < 0 {
		faults = multierror.Append(faults, fmt.Errorf("spec.Period is negative: %s", s.Period))
	}
	faults = multierror.Append(faults, s.Backoff.faults()...)
	seen := make(map[string]int, len(s.Children))
	for i, c := range s.Children {
		faults = multierror.Append(faults, c.faults(i)...)
		if first, twice := seen[c.ID]; twice && c.ID != "" {
			faults = multierror.Append(faults, fmt.Errorf("spec.Children[%d]: ID %q is that of spec.Children[%d]", i, c.ID, first))
			continue
		}
		seen[c.ID] = i
	}
	for i, pid := range s.Subscribers {
		if pid == nil {
			faults = multierror.Append(faults, fmt.Errorf("spec.Subscribers[%d] is nil", i))
		}
	}
	return oneLine(fmt.Sprintf("supervisor: %q: ", s.Name), faults)
}

// faults returns everything that is wrong with c, which is child number i.
func (c Child) faults(i int) []error {
	var faults []error
	if !childID.MatchString(c.ID) {
		faults = append(faults, fmt.Errorf("spec.Children[%d]: ID %q does not match %s", i, c.ID, childID))
	}
	if c.Props == nil {
		faults = append(faults, fmt.Errorf("spec.Children[%d]: Props is nil", i))
	}
	if c.Restart > Temporary {
		faults = append(faults, fmt.Errorf("spec.Children[%d]: unknown Restart %d", i, c.Restart))
	}
	return faults
}

// policy returns what the supervisor decides by.
func (s Spec) policy() Policy {
	return Policy{Intensity: s.Intensity, Period: s.Period, Backoff: s.Backoff}.withDefaults()
}

// oneLine returns all as an error with its text on one line, or nil if there
// is no error in it.
func oneLine(prefix string, all *multierror.Error) error {
	if all != nil {
		all.ErrorFormat = func(all []error) string {
			return prefix + strings.ReplaceAll(errors.Join(all...).Error(), "\n", "; ")
		}
	}
	return all.ErrorOrNil()
}
