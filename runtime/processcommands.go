package runtime

import (
	"context"
	"syscall"

	"brood/actors"
	"brood/actors/process"
)

// CloseStdin closes the child's stdin after what was written before. On a
// terminal it types the end-of-file character.
func (p *Process) CloseStdin() error { return p.do(context.Background(), &actors.CloseStdin{}) }

// Signal sends sig to the child's whole process group.
func (p *Process) Signal(sig syscall.Signal) error {
	return p.do(context.Background(), &actors.Signal{Sig: sig})
}

// Resize changes the size of the child's terminal.
func (p *Process) Resize(size Size) error {
	return p.do(context.Background(), &actors.Resize{Rows: size.Rows, Cols: size.Cols})
}

// Ping asks the child's protocol side for an answer and waits for it.
func (p *Process) Ping(ctx context.Context) error { return p.do(ctx, &actors.Ping{}) }

func (p *Process) send(message any) { p.rt.system.Root.Send(p.PID(), message) }

func (p *Process) do(ctx context.Context, command any) error {
	done := make(chan error, 1)
	p.send(&process.Do{Command: command, Done: done})
	select {
	case err := <-done:
		return err
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}
