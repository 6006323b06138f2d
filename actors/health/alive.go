package health

import (
	"context"
	"fmt"
	"time"
)

// Alive proves readiness by the time that the child has lived.
type Alive struct {
	// For is the time.
	For time.Duration

	onlyProof
}

var _ Probe = Alive{}

// Validate returns everything that is wrong with the probe, or nil.
func (p Alive) Validate() error { return fault(p.For <= 0, "For is %s", p.For) }

// Open prepares to look at one incarnation.
func (p Alive) Open(child *Child) func(context.Context) error {
	return func(ctx context.Context) error {
		wait := time.NewTimer(p.For - time.Since(child.Started))
		defer wait.Stop()
		select {
		case <-wait.C:
			return nil
		case <-ctx.Done():
			return fmt.Errorf("not alive for %s yet", p.For)
		}
	}
}
