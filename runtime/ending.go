package runtime

import (
	"context"
	"fmt"
)

func (p *Process) drain(context.Context) error { return nil }

// stop is the shutdown's. A detached child is let go: its actors end, and it
// runs on.
func (p *Process) stop(ctx, last context.Context) error {
	if !p.detached {
		return p.supervised.stop(ctx, last)
	}
	<-p.launched
	p.letGo()
	select {
	case <-p.ended:
		return nil
	case <-last.Done():
		return fmt.Errorf("runtime: let go of %s: %w", p.name, ErrLeftBehind)
	}
}

func (p *Process) urge() {
	if !p.detached {
		p.supervised.urge()
	}
}

func (p *Process) letGo() {
	p.mu.Lock()
	pid := p.pid
	p.mu.Unlock()
	if pid != nil {
		p.rt.system.Root.Stop(pid)
	}
}
