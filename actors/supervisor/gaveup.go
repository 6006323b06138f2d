package supervisor

import (
	"fmt"

	"brood/actors"
)

// gaveUpError tells why a supervisor gave up. It matches actors.ErrGaveUp and
// wraps the cause of the last failure.
type gaveUpError struct {
	supervisor, child string
	policy            Policy
	exit              actors.Exit
}

func (e *gaveUpError) Error() string {
	return fmt.Sprintf("supervisor: %q gave up: child %s: %s (limit: %d restarts in %s)",
		e.supervisor, e.child, e.exit, e.policy.Intensity, e.policy.Period)
}

func (e *gaveUpError) Unwrap() []error {
	if e.exit.Err == nil {
		return []error{actors.ErrGaveUp}
	}
	return []error{actors.ErrGaveUp, e.exit.Err}
}
