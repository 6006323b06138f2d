package supervisor

import (
	"fmt"
	"slices"

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
	// Transient: after every end that is no success, except that of a supervisor
	// that gave up or shut itself down.
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

// again reports whether the child is to be started again after this end.
func (f Failure) again() bool {
	exited := f.Exit.Reason == actors.ReasonExited
	switch {
	case f.Exit.Reason == actors.ReasonStopped || f.Restart == Temporary:
		return false
	case f.Ran < f.FinalWithin:
		return false
	case exited && slices.Contains(f.FinalCodes, f.Exit.Code):
		return false
	case f.Restart == Transient && !f.FailedStart:
		return !f.success()
	}
	return true
}

// success reports whether the end is none to be restarted after by a Transient
// child.
func (f Failure) success() bool {
	switch f.Exit.Reason {
	case actors.ReasonExited:
		return f.Exit.Code == 0 || slices.Contains(f.SuccessCodes, f.Exit.Code)
	case actors.ReasonGaveUp, actors.ReasonShutdown:
		return true
	}
	return false
}
