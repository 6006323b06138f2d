package health

import (
	"context"
	"fmt"
	"time"
)

// Silence finds a child unresponsive that has printed nothing for a time. It is
// for children that have something to say all the time: a quiet child is no
// sick child. Time for which the child is held because its output is not
// consumed counts too.
type Silence struct {
	// Longest is how long the child may be silent.
	Longest time.Duration

	onlyCheck
}

var (
	_ Probe   = Silence{}
	_ patient = Silence{}
)

func (p Silence) patience() time.Duration { return p.Longest }

// Validate returns everything that is wrong with the probe, or nil.
func (p Silence) Validate() error { return fault(p.Longest <= 0, "Longest is %s", p.Longest) }

// Open prepares to look at one incarnation.
func (p Silence) Open(child *Child) func(context.Context) error {
	return func(context.Context) error {
		if quiet := child.Quiet(); quiet > p.Longest {
			return fmt.Errorf("no output for %s: %w", quiet.Round(time.Millisecond), ErrUnresponsive)
		}
		return nil
	}
}
