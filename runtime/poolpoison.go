package runtime

import (
	"context"

	"brood/actors"
	"brood/actors/pool"
)

// Poison lists the tasks that the pool has set aside, because workers died with
// them as often as PoolSpec.MaxAttempts allows. They are not run unless Rerun is
// asked to.
func (p *Pool) Poison() PoisonList {
	reply := make(chan pool.PoisonList, 1)
	p.rt.system.Root.Send(p.actor, &pool.ListPoison{Reply: reply})
	return <-reply
}

// Rerun runs a task that was set aside again, with all its attempts, and waits
// for its answer as Submit does. If a worker answers, be it with an error, the
// task is set aside no longer. If it is being run again already, this is the same
// run. The error is actors.ErrNotSetAside if there is no such task.
func (p *Pool) Rerun(ctx context.Context, id uint64) (actors.Result, error) {
	return p.client.Rerun(ctx, id)
}

// Forget drops a task that was set aside and reports whether it was there. If it
// is being run again, that run goes on.
func (p *Pool) Forget(id uint64) bool {
	reply := make(chan bool, 1)
	p.rt.system.Root.Send(p.actor, &pool.Forget{ID: id, Reply: reply})
	return <-reply
}
