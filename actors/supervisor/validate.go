package supervisor

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/hashicorp/go-multierror"
)

var childID = regexp.MustCompile(`^[A-Za-z0-9._-]{1,128}$`)

// validate returns all faults of the Spec as one *multierror.Error, or nil. It
// brings the children into the order of their dependencies.
func (s *Spec) validate() error {
	var faults *multierror.Error
	fault := func(bad bool, format string, args ...any) {
		if bad {
			faults = multierror.Append(faults, fmt.Errorf(format, args...))
		}
	}
	fault(s.Strategy > Dynamic, "unknown Strategy %d", s.Strategy)
	fault(s.AutoShutdown > AllSignificant, "unknown AutoShutdown %d", s.AutoShutdown)
	fault(s.Intensity < 0, "spec.Intensity is negative: %d", s.Intensity)
	fault(s.Period < 0, "spec.Period is negative: %s", s.Period)
	fault(s.Rest < 0, "spec.Rest is negative: %s", s.Rest)
	fault(s.Parallel < 0, "spec.Parallel is negative: %d", s.Parallel)
	group := s.Strategy == OneForAll || s.Strategy == RestForOne
	fault(group && s.Parallel > 1, "spec.Parallel is %d, but %s needs an order", s.Parallel, s.Strategy)
	fault(s.Strategy == Dynamic && s.Template == nil, "spec.Template is nil, but the Strategy is %s", s.Strategy)
	fault(s.Strategy != Dynamic && s.Template != nil, "spec.Template is set, but the Strategy is %s", s.Strategy)
	fault(s.Strategy == Dynamic && len(s.Children) > 0, "spec.Children are set, but the Strategy is %s", s.Strategy)
	faults = multierror.Append(faults, s.Backoff.faults()...)
	faults = multierror.Append(faults, s.childFaults()...)
	for i, pid := range s.Subscribers {
		fault(pid == nil, "spec.Subscribers[%d] is nil", i)
	}
	if faults.ErrorOrNil() == nil {
		faults = multierror.Append(faults, s.sort())
	}
	return oneLine(fmt.Sprintf("supervisor: %q: ", s.Name), faults)
}

// childFaults returns what is wrong with the children.
func (s *Spec) childFaults() (faults []error) {
	seen := make(map[string]int, len(s.Children))
	for i, c := range s.Children {
		for _, err := range c.faults(s) {
			faults = append(faults, fmt.Errorf("spec.Children[%d]: %w", i, err))
		}
		if first, twice := seen[c.ID]; twice && c.ID != "" {
			faults = append(faults, fmt.Errorf("spec.Children[%d]: ID %q is that of spec.Children[%d]", i, c.ID, first))
			continue
		}
		seen[c.ID] = i
	}
	for i, c := range s.Children {
		for _, id := range c.After {
			if _, known := seen[id]; !known {
				faults = append(faults, fmt.Errorf("spec.Children[%d]: After names %q, which is no sibling", i, id))
			}
		}
	}
	return faults
}

// faults returns everything that is wrong with a child of s.
func (c *Child) faults(s *Spec) (faults []error) {
	fault := func(bad bool, format string, args ...any) {
		if bad {
			faults = append(faults, fmt.Errorf(format, args...))
		}
	}
	fault(!childID.MatchString(c.ID), "ID %q does not match %s", c.ID, childID)
	fault(c.Props == nil, "Props is nil")
	fault(c.Restart > Temporary, "unknown Restart %d", c.Restart)
	fault(c.MinUptime < 0, "MinUptime is negative: %s", c.MinUptime)
	fault(c.FinalWithin < 0, "FinalWithin is negative: %s", c.FinalWithin)
	fault(c.Significant && c.Restart == Permanent, "Significant, but %s: it never ends by itself", c.Restart)
	fault(c.Significant && s.AutoShutdown == Never, "Significant, but spec.AutoShutdown is %s", s.AutoShutdown)
	fault(len(c.After) > 0 && s.Strategy == Dynamic, "After is set, but children of %s have no order", s.Strategy)
	for _, code := range c.FinalCodes {
		fault(c.success(code), "FinalCodes has %d, which is a success", code)
	}
	return faults
}

// sort moves what a child needs before it and else keeps the order.
func (s *Spec) sort() error {
	if !slices.ContainsFunc(s.Children, func(c Child) bool { return len(c.After) > 0 }) {
		return nil
	}
	index := make(map[string]int, len(s.Children))
	for i, c := range s.Children {
		index[c.ID] = i
	}
	const (
		entered = iota + 1
		left
	)
	sorted := make([]Child, 0, len(s.Children))
	state := make([]int, len(s.Children))
	var visit func(i int, path []string) error
	visit = func(i int, path []string) error {
		c := s.Children[i]
		path = append(path, c.ID)
		switch state[i] {
		case entered:
			return fmt.Errorf("spec.Children: After goes in a circle: %s", strings.Join(path, " after "))
		case left:
			return nil
		}
		state[i] = entered
		for _, id := range c.After {
			if err := visit(index[id], path); err != nil {
				return err
			}
		}
		state[i] = left
		sorted = append(sorted, c)
		return nil
	}
	for i := range s.Children {
		if err := visit(i, nil); err != nil {
			return err
		}
	}
	s.Children = sorted
	return nil
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
