package health

import (
	"context"
	"errors"
	"fmt"
)

// Ping finds out whether the child's protocol side answers. A missing answer of
// a child that holds a task, or has answered one meanwhile, is inconclusive: it
// works, and may be unable to do both. There is never more than one ping on its
// way.
type Ping struct {
	// WhileBusy says that a child with a task must answer, too, as one does that
	// reads its wire while it works.
	WhileBusy bool

	onlyCheck
}

var (
	_ Probe  = Ping{}
	_ asking = Ping{}
)

func (Ping) asksProtocol() {}

// Validate returns nil: there is nothing to be wrong.
func (p Ping) Validate() error { return nil }

// Open prepares to look at one incarnation.
func (p Ping) Open(child *Child) func(context.Context) error {
	var pending chan error // of a ping that was not answered in time
	return func(ctx context.Context) error {
		_, before := child.Tasks()
		if pending == nil {
			pending = make(chan error, 1)
			child.Ping(pending)
		}
		select {
		case err := <-pending:
			pending = nil
			return err
		case <-ctx.Done():
		}
		if errors.Is(ctx.Err(), context.Canceled) {
			return ctx.Err()
		}
		if held, after := child.Tasks(); !p.WhileBusy && (held > 0 || after != before) {
			return fmt.Errorf("no answer to a ping, but busy with a task: %w", ErrInconclusive)
		}
		return fmt.Errorf("no answer to a ping: %w", ErrUnresponsive)
	}
}
