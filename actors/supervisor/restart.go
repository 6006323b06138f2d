package supervisor

import (
	"errors"
	"fmt"

	"brood/actors"
)

// Restart says after which ends a child is started again. None of them
// restarts a child that was asked to stop (ReasonStopped). The zero value is
// Permanent, as in OTP.
type Restart uint8

// The kinds of restart.
const (
	// Permanent: after every end, a successful one too.
	Permanent Restart = iota
	// Transient: after every end that is no success (Exit.Success), except
	// that of a supervisor that gave up.
	Transient
	// Temporary: never.
	Temporary
)

// String returns OTP's name in lower case.
func (r Restart) String() string {
	switch r {
	case Permanent:
		return "permanent"
	case Transient:
		return "transient"
	case Temporary:
		return "temporary"
	}
	return fmt.Sprintf("restart(%d)", uint8(r))
}

// after reports whether a child that ended so is to be started again.
func (r Restart) after(exit actors.Exit) bool {
	switch {
	case exit.Reason == actors.ReasonStopped || r == Temporary:
		return false
	case r == Transient:
		return !exit.Success() && !errors.Is(exit.Err, actors.ErrGaveUp)
	}
	return true
}
