package ptyio

import (
	"errors"
	"fmt"

	"brood/ptyio/internal/tree"
)

// Level names how much of what a child starts is reached when it is stopped,
// when it ends, and when its owner dies. Stronger levels are greater.
type Level = tree.Level

// The levels, weakest first.
const (
	// LevelProcess: the child itself and nothing that it started.
	LevelProcess = tree.LevelProcess
	// LevelGroup: the child's process group. This is weak: a descendant that
	// calls setsid or setpgid escapes, as every daemon and every shell with job
	// control makes its children do.
	LevelGroup = tree.LevelGroup
	// LevelMarks: every descendant, in whatever session, that keeps the
	// environment it inherited, or the session of one that does. One that drops
	// both escapes.
	LevelMarks = tree.LevelMarks
	// LevelCgroup: every descendant, whatever it does, short of moving itself to
	// another cgroup, for which it needs the owner's rights.
	LevelCgroup = tree.LevelCgroup
)

// Containment says which level a child is started at. The zero value takes the
// strongest one that this machine allows, which a probe finds out with a real
// child at the first start.
type Containment struct {
	// Require is the weakest level that will do. If the machine does not allow
	// it, Start returns a *ContainmentError and nothing runs. Zero: any.
	Require Level
	// Limit is the strongest level that is tried. Zero means LevelCgroup.
	Limit Level
}

func (c Containment) check() error {
	limit := c.Limit
	if limit == 0 {
		limit = LevelCgroup
	}
	if c.Require < 0 || c.Require > LevelCgroup || c.Limit < 0 || c.Limit > LevelCgroup {
		return fmt.Errorf("no containment level %d to %d: %w", c.Require, c.Limit, errInvalid)
	}
	if c.Require > limit {
		return fmt.Errorf("containment of level %s required and of %s allowed: %w", c.Require, c.Limit, errInvalid)
	}
	return nil
}

// ErrContainment: the machine does not allow the level of containment that was
// required. Nothing ran.
var ErrContainment = errors.New("containment not available")

// ContainmentError says which level of containment could not be had. It matches
// ErrContainment.
type ContainmentError struct {
	// Required was asked for, Available is the strongest that there is.
	Required, Available Level
	// Err says what is in the way of the stronger levels.
	Err error
}

// Error names both levels and what is in the way.
func (e *ContainmentError) Error() string {
	return fmt.Sprintf("containment %s required, %s available: %v", e.Required, e.Available, e.Err)
}

// Is reports whether target is ErrContainment.
func (e *ContainmentError) Is(target error) bool { return target == ErrContainment }

// Unwrap returns what is in the way.
func (e *ContainmentError) Unwrap() error { return e.Err }
